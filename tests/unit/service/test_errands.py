"""What a seat can give its caller to: looked at before he is moved, and what comes of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ctidrv.apps import ivr
from ctidrv.apps.fax.in_call import FaxInCall
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.callcontrol.destination import Destination
from ctidrv.callcontrol.reached import Reached
from ctidrv.errors import InputError, NotCapable, ServiceError
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.service.errands import Errands
from ctidrv.units import PortId

SCRIPT = ivr.load(shipped_folder() / "fax.ivr.yaml")
PORT = PortId("sim/1")


class Faxes:
    """`told`: what comes of each."""

    def __init__(self) -> None:
        self.told = FaxInCall(True, 1, None, "f1")
        self.asked: list[tuple[str, str]] = []

    async def receive(self, call: Any, box: str) -> FaxInCall:
        self.asked.append(("receive", box))
        return self.told

    async def send(self, call: Any, file: Path, *, header: str | None = None) -> FaxInCall:
        self.asked.append(("send", file.name))
        return self.told


class Stored:
    """Faxes that came, and documents that were queued: by id, their files."""

    def __init__(self) -> None:
        self.came: dict[str, str] = {}
        self.queued: dict[str, str] = {}
        self.was_read: list[tuple[str, str]] = []

    def received_one(self, fax: str) -> dict[str, Any] | None:
        return {"path": self.came[fax]} if fax in self.came else None

    def kept_job(self, job: str) -> Any:
        return SimpleNamespace(job=SimpleNamespace(path=self.queued[job])) if job in self.queued else None

    def read(self, fax: str, actor: str) -> Any:
        self.was_read.append((fax, actor))
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        done.set_result(True)
        return done


class Office:
    def __init__(self, *, full_duplex: str = "yes", has_fax: bool = True) -> None:
        self.faxes, self.stored = Faxes(), Stored()
        info = PortInfo(PORT, Kind.FXO, "line 1", {"full_duplex": Able(full_duplex)})
        self.given: list[Any] = []
        self.lets = True
        self.call: Any = SimpleNamespace(
            id="c1", port=PORT, channel=SimpleNamespace(info=info), give_to=self._give_to, ended=self._ended
        )
        lines: Any = {PORT: SimpleNamespace(script=SCRIPT)}
        services: Any = SimpleNamespace(faxes=self.faxes if has_fax else None)
        store: Any = SimpleNamespace(faxes=self.stored)
        self.errands = Errands(lines, services, store, self._script)

    def _script(self, name: str) -> ivr.Script:
        if name != "hotline.ivr.yaml":
            raise InputError(f"script {name}: there is no file {name}")
        return ivr.load(shipped_folder() / name)

    def _give_to(self, serve: Any) -> bool:
        self.given.append(serve)
        return self.lets

    async def _ended(self) -> str:
        return "remote-busy-tone"

    def runs(self, to: str) -> Reached:
        async def run() -> Reached:
            errand = await self.errands.of(self.call, Destination.of(to))
            assert errand is not None
            return await errand(self.call, "zh-CN")

        return asyncio.run(run())


@pytest.mark.parametrize("to", ["08", "sales", "tel:555 0108", "pbx:204", "box:li-mei"])
def test_what_is_rung_dialled_or_a_box_is_the_switchboards(to: str) -> None:
    office = Office()
    assert asyncio.run(office.errands.of(office.call, Destination.of(to))) is None


@pytest.mark.parametrize(
    ("to", "script", "start"),
    [
        ("ivr:order", "fax.ivr.yaml", "order"),
        ("ivr:hotline.ivr.yaml", "hotline.ivr.yaml", "welcome"),
        ("ivr:hotline.ivr.yaml#end", "hotline.ivr.yaml", "end"),
    ],
)
def test_a_menu_has_the_call_from_its_flow_on_in_the_callers_language(
    to: str, script: str, start: str
) -> None:
    office = Office()
    assert office.runs(to) is Reached.ANSWERED
    (menu,) = office.given
    assert menu.args[0].path.name == script
    assert (menu.keywords["start"], menu.keywords["language"]) == (start, "zh-CN")


def test_a_menu_that_what_serves_the_call_does_not_let_in_is_a_failure() -> None:
    office = Office()
    office.lets = False
    with pytest.raises(ServiceError, match="lets no menu"):
        office.runs("ivr:order")


@pytest.mark.parametrize(
    ("told", "reached"),
    [
        (FaxInCall(True, 2, None, "f1"), Reached.ANSWERED),
        (FaxInCall(False, 0, "no-fax"), Reached.NO_ANSWER),
        (FaxInCall(False, 1, "broken-off", "f1"), Reached.FAILED),
    ],
)
def test_a_fax_that_is_not_whole_is_none_and_without_a_machine_nobody_has_answered(
    told: FaxInCall, reached: Reached
) -> None:
    office = Office()
    office.faxes.told = told
    assert office.runs("fax-receive:orders") is reached
    assert office.faxes.asked == [("receive", "orders")]


def test_a_stored_fax_is_sent_by_its_id_and_one_that_came_is_read_by_that(tmp_path: Path) -> None:
    office = Office()
    for name in ("came.txt", "queued.txt", "own.txt"):
        (tmp_path / name).write_text("Price list\n", encoding="utf-8")
    office.stored.came["f1"] = str(tmp_path / "came.txt")
    office.stored.queued["f2"] = str(tmp_path / "queued.txt")
    pytest.importorskip("PIL", reason="pillow is not installed")
    for to in ("fax-send:f1", "fax-send:f2", f"fax-send:{tmp_path / 'own.txt'}"):
        assert office.runs(to) is Reached.ANSWERED
    assert office.faxes.asked == [("send", "came.txt"), ("send", "queued.txt"), ("send", "own.txt")]
    assert office.stored.was_read == [("f1", "c1")]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("ivr:ordr", "fax.ivr.yaml has no flow 'ordr'.*order"),
        ("ivr:", "has no flow ''"),
        ("ivr:other.ivr.yaml", "there is no file"),
        ("ivr:hotline.ivr.yaml#ends", "hotline.ivr.yaml has no flow 'ends'"),
        ("fax-receive:../x", "a box is called by"),
        ("fax-send:f9", "no fax of this id"),
        ("fax-send:/nowhere/letter.pdf", "letter.pdf"),
    ],
)
def test_what_is_not_there_is_refused_before_the_caller_is_moved(to: str, said: str) -> None:
    office = Office()
    with pytest.raises(InputError, match=said):
        office.runs(to)
    assert office.given == office.faxes.asked == []


@pytest.mark.parametrize("to", ["fax-receive:orders", "fax-send:f1"])
def test_a_line_that_hears_nothing_while_it_speaks_carries_no_fax(to: str) -> None:
    with pytest.raises(NotCapable, match="sim/1 hears nothing while it speaks"):
        Office(full_duplex="no").runs(to)
    with pytest.raises(NotCapable, match="no fax"):
        Office(has_fax=False).runs(to)
