"""A station that kills itself (SIGKILL) in the midst of a fax: run as a program by fax_kill.py.

    python fax_killed_station.py send|take DATA MOMENT

Real modems over the simulated exchange, in virtual time. It sends a fax of five pages, or takes one of three.
MOMENT is PAGE+SECONDS: so long behind that page's beginning, or, with page 0, behind the fax's own. What the
far end knows is written in lines of JSON: ``took``, a page of ours; ``confirmed``, how many of its own are.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.config import StationConfig
from ctidrv.folder import DataFolder
from ctidrv.service.fax_desk import NewFax
from ctidrv.units import TICK, seconds
from hwsim.fax_telephone import FaxPage, FaxTelephone
from hwsim.rig.station import Rig, one_board, script_path

NUMBER, CALLER = "5550001", "5550199"
SENT, TAKEN = 5, 3
"""Pages of a fax."""
SCRIPT = """\
ivr: 1
name: takes
languages: [en-US]
prompts: PROMPTS
start: take
flows:
  take:
    - answer: {after_rings: 1}
    - fax_receive: {box: office}
"""


def rows(page: int, count: int = 60) -> bytes:
    """Of a page, from 1; some of them hard to code."""
    dice = random.Random(page)
    return b"".join(dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(count))


def config(data: Path) -> StationConfig:
    script = data / "takes.ivr.yaml"
    prompts = script_path("fax.ivr.yaml").parent / "prompts/{lang}"
    script.write_text(SCRIPT.replace("PROMPTS", json.dumps(str(prompts))), "utf-8")
    return one_board(script, phones=2)


async def dies(rig: Rig, begun: Callable[[int], bool], moment: str) -> None:
    """Until then rows are on the disk a tick behind, as live: in virtual time they would wait for others."""
    page, _, behind = moment.partition("+")
    while not begun(int(page)):
        await rig.clock.sleep(TICK)
        rig.station.store.writer.flush()
    end = rig.clock.now() + seconds(float(behind))
    while rig.clock.now() < end:
        await rig.clock.sleep(TICK)
        rig.station.store.writer.flush()
    os.kill(os.getpid(), signal.SIGKILL)


async def answers(rig: Rig, note: Callable[[int], None] = lambda _page: None) -> list[bytes]:
    """A fax machine takes one call; `note` is told each page that it has, by its number."""
    phone = rig.board.caller(NUMBER)
    await phone.is_rung(within=seconds(120))
    await phone.lift()
    machine = FaxTelephone(phone, calling=False)
    talking = asyncio.ensure_future(machine.talks())
    known = {rows(page): page for page in range(1, SENT + 1)}
    noted = 0
    while not talking.done():
        await rig.clock.sleep(TICK)
        for event in machine.told.taken[noted:]:
            noted += 1
            note(known.get(event.data or b"", 0) if event.what == "taken" else 0)
    await phone.hang_up()
    return [event.data or b"" for event in (await talking).taken]


async def calls(rig: Rig, machine_is: Callable[[FaxTelephone], None] = lambda _machine: None) -> list[str]:
    """A fax machine calls the first line and sends; what became of its pages."""
    phone = rig.board.caller(CALLER)
    await phone.dial(rig.first_number)
    pages = [FaxPage(rows(page), 1728, "fine") for page in range(1, TAKEN + 1)]
    machine = FaxTelephone(phone, calling=True, pages=pages)
    machine_is(machine)
    told = await machine.talks()
    await phone.hang_up()
    return told.sent


def tell(**fact: int) -> None:
    print(json.dumps(fact), flush=True)


async def send(rig: Rig, moment: str) -> None:
    document = rig.station.folder.root / "letter.tif"
    write_tiff(document, [PageRows(rows(page), 1728, 204, 196) for page in range(1, SENT + 1)])
    (job,) = await rig.station.fax_desk.send(NewFax(document, [NUMBER]))
    document.unlink()

    def begun(page: int) -> bool:
        row = rig.station.store.faxes.job(job)
        return page == 0 or (row is not None and row["page_states"][page - 1]["state"] == "sending")

    dying = asyncio.ensure_future(dies(rig, begun, moment))
    await answers(rig, lambda page: tell(took=page))
    await dying


async def take(rig: Rig, moment: str) -> None:
    machines: list[FaxTelephone] = []

    def confirmed() -> int:
        return sum(told == "confirmed" for machine in machines for told in machine.told.sent)

    dying = asyncio.ensure_future(dies(rig, lambda page: page == 0 or confirmed() >= page - 1, moment))
    calling = asyncio.ensure_future(calls(rig, machines.append))
    noted = 0
    while not dying.done():
        await rig.clock.sleep(TICK)
        if confirmed() > noted:
            tell(confirmed=(noted := confirmed()))
    await calling


def main() -> None:
    way, data, moment = sys.argv[1:]
    rig = Rig(DataFolder(Path(data)), config(Path(data)))
    rig.run({"send": send, "take": take}[way](rig, moment), seconds(1200))


if __name__ == "__main__":
    main()
