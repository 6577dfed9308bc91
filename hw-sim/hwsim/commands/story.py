"""The demo's call: Ann rings, presses a wrong key and then a right one, leaves a message, hangs up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds
from hwsim.subscriber import Note, NotHeard, Subscriber

if TYPE_CHECKING:
    from ctidrv.service.daemon import Station
    from hwsim.board import SimBoard

BOARD, NUMBER = "sim", "8001"
ANN_NUMBER, ANN_NAME = "13800000001", "ANN LEE"
WRONG_KEY, RIGHT_KEY = "5", "9"
PART = seconds(1)
"""She presses when she has heard so much of the menu: the rest of it is cut short."""


@dataclass(slots=True)
class Outcome:
    """What became of the call."""

    call: str | None = None
    spoken: Pcm = field(default_factory=Pcm)
    missed: str | None = None
    """What the caller waited for in vain."""


def configuration() -> Any:
    """An office with one simulated line and the shipped hot-line menu."""
    from ctidrv.config import BoardConfig, LineConfig, Office, StationConfig
    from ctidrv.units import PortId

    settings = {"lines": 1, "phones": 1, "country": "CN", "timezone": "Asia/Shanghai", "control": False}
    return StationConfig(
        office=Office(country="CN", timezone="Asia/Shanghai", name="Lotus Tea", area="10"),
        boards=[BoardConfig(BOARD, "sim", settings)],
        lines=[LineConfig(PortId(f"{BOARD}/1"), "hotline.ivr.yaml")],
    )


def add_customer(station: Station) -> None:
    """Ann, with two numbers; the second is the one she will ring from."""
    if not station.store.customers_by_number("+8613800000001"):
        station.store.add_customer(
            "Ann Lee",
            ["01065529988", ANN_NUMBER],
            company="Jasmine Trading",
            notes="Asks for delivery before noon.",
            tags=["VIP"],
        ).result()


def voice() -> Pcm:
    """What Ann says."""
    from ctidrv.media.wav import read_wav

    return read_wav(Path(__file__).parents[1] / "voices" / "ann-lee.wav").channels[0]


def prompts() -> Callable[[str], Pcm]:
    """The shipped English prompts by id."""
    from ctidrv.apps.ivr.shipped import shipped_folder
    from ctidrv.media.wav import read_wav

    folder = shipped_folder() / "prompts" / "en-US"
    return lambda name: read_wav(folder / f"{name}.wav").channels[0]


async def play_out(station: Station, on_note: Callable[[Note], None]) -> Outcome:
    """The call from her first key to the line that is idle again."""
    board: SimBoard = station.boards[BOARD]  # type: ignore[assignment]
    outcome = Outcome(spoken=voice())
    calls: list[str] = []
    over: list[str] = []

    def watch(event: Any) -> None:
        if event.type == "call.offered":
            calls.append(event.call)
        elif event.type == "call.ended":
            over.append(event.call)

    unsubscribe = station.journal.subscribe(watch)
    ann = board.caller(ANN_NUMBER, ANN_NAME)
    ann.on_note = on_note
    try:
        await _ring_and_speak(ann, outcome.spoken)
    except NotHeard as error:
        outcome.missed = str(error)
    finally:
        await ann.hang_up()
        ann.on_note = None
        board.give_back(ann)
    deadline = station.clock.now() + seconds(60)
    while len(over) < len(calls) and station.clock.now() < deadline:
        await station.clock.sleep(ms(100))
    await station.clock.sleep(seconds(3))  # the guard time of the line
    unsubscribe()
    outcome.call = calls[0] if calls else None
    return outcome


async def _ring_and_speak(ann: Subscriber, spoken: Pcm) -> None:
    prompt = prompts()
    menu = prompt("main-menu")[: int(PART)]
    await ann.dial(NUMBER)
    await ann.hears_tone("ringback")
    await ann.hears(prompt("welcome"), within=seconds(30), what="'welcome'")
    await ann.hears(prompt("pick-language"), what="'pick-language'")
    await ann.press("1")
    await ann.hears(menu, what="the beginning of 'main-menu'")
    await ann.press(WRONG_KEY)
    await ann.hears(prompt("not-a-choice"), what="'not-a-choice'")
    await ann.hears(menu, what="'main-menu' again")
    await ann.press(RIGHT_KEY)
    await ann.hears(prompt("please-leave-message"), what="'please-leave-message'")
    await ann.silence(seconds(1.2))  # the beep
    await ann.speak(spoken)
    await ann.silence(ms(300))
