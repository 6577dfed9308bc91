"""The demo's call: Ann rings, presses a wrong key and then a right one, leaves a message, hangs up."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds
from hwsim.listener import Note, NotHeard
from hwsim.rig.station import BOARD, one_board
from hwsim.scenario.person import Person

if TYPE_CHECKING:
    from ctidrv.config import StationConfig
    from ctidrv.service.daemon import Station
    from hwsim.board import SimBoard
    from hwsim.scenario.model import Party
    from hwsim.scenario.sounds import Sounds

NUMBER = "8001"
ANN_NUMBER = "13800000001"
SCENARIO = Path("hotline.scenario.yaml")
"""What she does: the scenario that ships."""


@dataclass(slots=True)
class Outcome:
    """What became of the call."""

    call: str | None = None
    spoken: Pcm = field(default_factory=Pcm)
    missed: str | None = None
    """What the caller waited for in vain."""


def configuration() -> StationConfig:
    """An office with one simulated line and the shipped hot-line menu."""
    from ctidrv.config import Office

    zone = "Asia/Shanghai"
    made = one_board(Path("hotline.ivr.yaml"), country="CN", board={"timezone": zone})
    return replace(made, office=Office(country="CN", timezone=zone, name="Lotus Tea", area="10"))


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


def prompt(name: str) -> Pcm:
    """A shipped English prompt."""
    from ctidrv.apps.ivr.shipped import shipped_folder
    from ctidrv.media.wav import read_wav

    return read_wav(shipped_folder() / "prompts" / "en-US" / f"{name}.wav").channels[0]


def _ann() -> tuple[Party, Sounds]:
    from ctidrv.apps.ivr.shipped import shipped_folder
    from hwsim.rig.case import load_case
    from hwsim.scenario.read import read_scenario

    scenario = read_scenario(shipped_folder() / SCENARIO)
    return scenario.document.parties[0], load_case(scenario)[1]


async def play_out(station: Station, on_note: Callable[[Note], None]) -> Outcome:
    """The call from her first key to the line that is idle again."""
    board: SimBoard = station.boards[BOARD]  # type: ignore[assignment]
    party, sounds = _ann()
    outcome = Outcome(spoken=voice())
    calls: list[str] = []
    over: list[str] = []

    def watch(event: Any) -> None:
        if event.type == "call.offered":
            calls.append(event.call)
        elif event.type == "call.ended":
            over.append(event.call)

    unsubscribe = station.journal.subscribe(watch)
    phone = board.caller(party.number, party.name)
    ann = Person(phone, party, sounds, random.Random(0))
    phone.on_note = on_note
    try:
        await ann.play(NUMBER)
    except NotHeard as error:
        outcome.missed = str(error)
    finally:
        await ann.leave()
        phone.on_note = None
        board.give_back(phone)
    deadline = station.clock.now() + seconds(60)
    while len(over) < len(calls) and station.clock.now() < deadline:
        await station.clock.sleep(ms(100))
    await station.clock.sleep(seconds(3))  # the guard time of the line
    unsubscribe()
    outcome.call = calls[0] if calls else None
    return outcome
