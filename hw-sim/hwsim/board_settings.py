"""A simulated board's settings (board.py names them), read one by one; a fault is told by board and key."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from ctidrv.errors import InputError
from ctidrv.native import pulses
from ctidrv.ports import presentation
from ctidrv.ports.dialling import Dialling
from ctidrv.ports.regions import CID_ALERTS, CID_TIMES, Region, Tone, load_region
from hwsim import caller_id
from hwsim.caller_id import Presentation, presentation_of
from hwsim.exchange_settings import ExchangeSettings, read_settings
from hwsim.off_figures import OffFigures
from hwsim.plant import LAWS, LineSettings
from hwsim.profiles import PLAIN, PROFILES, with_profile
from hwsim.wire_settings import WireSettings

MU_LAW_COUNTRIES = ("us", "ca", "jp", "tw")
"""Whose exchanges code by mu-law (the 1,544 kbit/s hierarchy); the others by A-law."""
FIRST_NUMBER = 8001
_LONGEST_ONE_MS, _LEAST_FLASH_MS = 120, 200


class Settings:
    """The board's keys, read one by one; what is left over is an error."""

    def __init__(self, board: str, values: Mapping[str, Any]) -> None:
        self._board = board
        self._values = dict(values)
        profile = self.word("profile", PLAIN, tuple(PROFILES))
        try:
            self._values = with_profile({**self._values, "profile": profile})
        except InputError as error:
            self.fail("exchange", str(error))

    def fail(self, key: str, what: str) -> NoReturn:
        raise InputError(f"board {self._board}: {key}: {what}")

    def integer(self, key: str, default: int, least: int, most: int) -> int:
        value = self._values.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fail(key, f"{value!r} is not a whole number from {least} to {most}")
        return value

    def number(self, key: str, default: float, least: float, most: float) -> float:
        value = self._values.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.fail(key, f"{value!r} is not a number from {least:g} to {most:g}")
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self._values.pop(key, default)
        if not isinstance(value, bool):
            self.fail(key, f"{value!r} is neither true nor false")
        return value

    def word(self, key: str, default: str, among: Sequence[str] = ()) -> str:
        value = self._values.pop(key, default)
        if not isinstance(value, str) or (among and value not in (*among, default)):
            self.fail(key, f"{value!r} is none of {', '.join(among)}" if among else f"{value!r} is no text")
        return value

    def words(self, key: str, default: Sequence[str], among: Sequence[str] = ()) -> tuple[str, ...]:
        value = self._values.pop(key, list(default))
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.fail(key, f"{value!r} is no list of texts")
        for word in value:
            if among and word not in among:
                self.fail(key, f"{word!r} is none of {', '.join(among)}")
        return tuple(value)

    def numbers(self, key: str, most: int, least: float, highest: float) -> tuple[float, ...]:
        value = self._values.pop(key, [])
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(each, int | float) and not isinstance(each, bool) for each in value)
            or not all(least <= each <= highest for each in value)
        ):
            self.fail(key, f"{value!r}: at most {most} numbers from {least:g} to {highest:g}")
        return tuple(float(each) for each in value)

    def exchange(self) -> ExchangeSettings:
        found: ExchangeSettings = self._values.pop("exchange")
        return found

    def wire(self) -> WireSettings | None:
        try:
            value = self._values.pop("wire", None)
            return None if value is None else read_settings(WireSettings, value)
        except InputError as error:
            self.fail("wire", str(error))

    def nothing_else(self) -> None:
        for key in self._values:
            self.fail(key, "unknown key")


def line_of(settings: Settings, country: str) -> LineSettings:
    usual = LineSettings()
    return LineSettings(
        loss_db=settings.number("loss_db", usual.loss_db, 0, 40),
        noise_dbm0=settings.number("noise_dbm0", usual.noise_dbm0, -120, 0),
        return_loss_db=settings.number("return_loss_db", usual.return_loss_db, 0, 60),
        echo_ms=settings.number("echo_ms", usual.echo_ms, 0, 32),
        law=settings.word("law", "ulaw" if country in MU_LAW_COUNTRIES else "alaw", tuple(LAWS)),
    )


def off_figures_of(settings: Settings) -> OffFigures:
    return OffFigures(
        db=settings.number("tone_db", 0.0, -40, 30),
        hz=settings.number("tone_hz", 1.0, 0.8, 1.25),
        ms=settings.number("tone_ms", 1.0, 0.5, 2),
    )


def region_of(settings: Settings, country: str) -> Region:
    """The country, with a PBX's busy tone if one is set."""
    try:
        region = load_region(country)
    except InputError as error:
        settings.fail("country", str(error))
    hz = settings.numbers("busy_hz", 2, 100, 3900)
    ms = settings.numbers("busy_ms", 8, 20, 10_000)
    if not hz and not ms:
        return region
    if not hz or not ms or len(ms) % 2:
        settings.fail(
            "busy_ms", "give busy_hz and busy_ms together: frequencies, and times on, off, on, off …"
        )
    busy = Tone(hz, tuple(round(each) for each in ms), region.tones["busy"].level_dbm0[:1])
    return replace(region, tones={**region.tones, "busy": busy})


def hook_of(settings: Settings, dialling: Dialling, services: bool) -> Any:
    """What reads the hooks of the lines (a ``cti_pulse_rx_config *``); `services`: a flash calls some up."""
    lengths = settings.numbers("flash_ms", 2, 40, 3000)
    flash = settings.flag("flash", services or bool(lengths))
    if not lengths:
        return dialling.receiver(flash=flash)
    if len(lengths) != 2 or lengths[0] > _LONGEST_ONE_MS or lengths[1] < _LEAST_FLASH_MS:
        settings.fail("flash_ms", "give two lengths: 40 to 120 for the shortest, 200 to 3000 for the longest")
    one, longest = (round(each) for each in lengths)
    return pulses.receiver(numbering=dialling.numbering, one_ms=one, flash_ms=longest if flash else 0)


def caller_id_of(settings: Settings, region: Region) -> Presentation | None:
    alert = settings.words("caller_id_alert", ("usual",), (*CID_ALERTS, "usual"))
    made = presentation_of(
        region,
        standard=settings.word("caller_id_kind", "", presentation.STANDARDS),
        when=settings.word("caller_id_when", "", CID_TIMES),
        alert=None if "usual" in alert else alert,
        form=settings.word("caller_id_form", "", presentation.FORMS),
        fault=settings.word("caller_id_fault", "none", caller_id.FAULTS),
    )
    return made if settings.flag("caller_id", True) else None


def numbers_of(settings: Settings, lines: int) -> list[str]:
    numbers = list(settings.words("numbers", ()))
    form = re.compile(r"[0-9]{1,20}")
    if len(numbers) > lines or len(set(numbers)) != len(numbers) or not all(map(form.fullmatch, numbers)):
        settings.fail("numbers", f"must be at most {lines} different numbers of 1 to 20 digits")
    spare = (str(number) for number in itertools.count(FIRST_NUMBER) if str(number) not in numbers)
    return numbers + list(itertools.islice(spare, lines - len(numbers)))
