"""The queue's faxes as calls on the station's lines, with a station that only notes what it is asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.document import Cover
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.on_call import CAUSES as RESULT_CAUSES
from ctidrv.apps.fax.on_call import PAGE_STATES
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.records import CoverNote, FaxJob
from ctidrv.apps.fax.sender import CallBegun, FaxEvent, Outcome
from ctidrv.callcontrol.causes import Cause
from ctidrv.clock import SampleClock
from ctidrv.errors import InputError, NotAllowed, PortError
from ctidrv.native.t30 import RESULTS
from ctidrv.service.fax_sender import CAUSES, LineSender, open_paper
from ctidrv.units import PortId

pytest.importorskip("PIL", reason="pillow is not installed")


class Outbound:
    """Every call ends as `cause` says, and nobody answers; or `error` is raised."""

    def __init__(self, cause: Cause | None = None, *, refuses: Exception | None = None) -> None:
        self.cause = cause
        self.refuses = refuses
        self.asked: list[tuple[str, str]] = []
        self.call: Any = None
        self.called = asyncio.Event()

    def check(self, text: str) -> None:
        if isinstance(self.refuses, NotAllowed | InputError):
            raise self.refuses

    async def ask(self, text: str, asker: Any, *, port: str) -> Any:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append((text, port))
        self.call = SimpleNamespace(id="c1", cause=None, hung_up=[])
        self.call.hang_up_now = self.call.hung_up.append
        self.called.set()
        asker.begun(self.call)
        if self.cause is not None:
            self.call.cause = self.cause
            asker.failed(self.call)
        return self.call


@pytest.fixture
def job(tmp_path: Path) -> FaxJob:
    path = tmp_path / "letter.tif"
    write_tiff(path, [PageRows(bytes(216 * 20), 1728, 204, 196)])
    now = SampleClock().wall(0)
    return FaxJob("f1", "f1", str(path), "letter.tif", "ab" * 32, 1, "5550001", None, now, now)


def cover(note: CoverNote, number: str, at: datetime) -> Cover:
    return Cover(at.astimezone(UTC), note.to, note.sender, number, note=note.note)


def sender(outbound: Any) -> LineSender:
    return LineSender(outbound, SampleClock(), lambda at, who, to: None, cover)


def send(outbound: Outbound, job: FaxJob) -> tuple[Outcome, list[FaxEvent]]:
    told: list[FaxEvent] = []
    return asyncio.run(sender(outbound).send(job, PortId("sim/1"), [1], told.append)), told


@pytest.mark.parametrize("cause", list(Cause))
def test_a_call_that_nobody_answered_is_a_cause_of_the_fax(job, cause):
    outcome, told = send(outbound := Outbound(cause), job)
    assert outcome.cause is CAUSES.get(cause, FaxCause.NO_ANSWER)
    assert outcome.cause is not FaxCause.SENT
    assert told == [CallBegun("c1")]
    assert outbound.asked == [("5550001", "sim/1")]


@pytest.mark.parametrize(
    ("refuses", "cause"),
    [
        (NotAllowed("5550001: not dialled"), FaxCause.NOT_ALLOWED),
        (InputError("911 is an emergency number"), FaxCause.NOT_ALLOWED),
        (PortError("no line is free"), FaxCause.LINE_TAKEN),
    ],
)
def test_what_is_refused_before_a_call_is_said(job, refuses, cause):
    outcome, told = send(Outbound(refuses=refuses), job)
    assert (outcome.cause, outcome.detail, told) == (cause, str(refuses), [])


def test_a_document_that_cannot_be_opened_costs_no_call(job):
    Path(job.path).write_bytes(b"II*\0and no TIFF")
    outcome, _ = send(outbound := Outbound(Cause.CALLED_BUSY), job)
    assert outcome.cause is FaxCause.DOCUMENT
    assert outcome.detail is not None
    assert "letter.tif" in outcome.detail
    assert outbound.asked == []


def test_a_cover_page_goes_before_the_document(job):
    with open_paper(replace(job, cover=CoverNote("李梅", note="第一行\n第二行")), cover) as paper:
        assert len(paper.pages) == 2
        assert any(paper.rows(0, 1728, 204, 196).rows)
        assert not any(paper.rows(1, 1728, 204, 196).rows)


def test_a_cover_page_that_cannot_be_drawn_costs_no_call(job):
    long = replace(job, cover=CoverNote("Li Mei", note="one more line\n" * 200))
    outcome, _ = send(outbound := Outbound(Cause.CALLED_BUSY), long)
    assert outcome.cause is FaxCause.DOCUMENT
    assert "the note is" in str(outcome.detail)
    assert outbound.asked == []


def test_a_fax_that_is_stopped_puts_the_line_down(job):
    outbound = Outbound()

    async def scene() -> None:
        task = asyncio.ensure_future(sender(outbound).send(job, PortId("sim/1"), [1], lambda event: None))
        await outbound.called.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scene())
    assert outbound.call.hung_up == [Cause.LOCAL_OPERATOR]


def test_every_end_of_the_procedure_is_known_and_only_one_is_sent():
    assert set(RESULT_CAUSES) <= set(RESULTS.values())
    assert [result for result, cause in RESULT_CAUSES.items() if cause is FaxCause.SENT] == ["ok"]
    assert [state for state, page in PAGE_STATES.items() if page.value == "confirmed"] == ["confirmed"]
