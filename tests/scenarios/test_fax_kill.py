"""kill -9 of the station within a fax, with real modems on the line (tests/long/fax_kill.py): the second
station puts it right."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="pillow is not installed")

from tests.long import fax_kill
from tests.long import fax_killed_station as station

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL") or os.name != "posix", reason="no kill -9 on this system"
)


def test_killed_within_page_3_of_5_the_queue_says_what_was_confirmed_and_sends_the_rest(
    tmp_path: Path,
) -> None:
    told = fax_kill.killed("send", tmp_path, "3+1.5")
    assert [fact["took"] for fact in told] == [1, 2]
    left, findings = fax_kill.after_send(tmp_path, told)
    assert findings == []
    states = [page["state"] for page in left["page_states"]]
    assert states == ["confirmed", "confirmed", "not-confirmed", "not-sent", "not-sent"]
    assert (left["state"], left["cause"], left["confirmed"]) == ("queued", "station-restart", 2)
    assert [(call["pages"], call["confirmed"], call["cause"]) for call in left["call_rows"]] == [
        (5, 2, "station-restart")
    ]


def test_killed_within_the_second_page_that_comes_the_first_is_kept_and_the_fax_is_not_called_whole(
    tmp_path: Path,
) -> None:
    told = fax_kill.killed("take", tmp_path, "2+1.5")
    assert told == [{"confirmed": 1}]
    (left,), findings = fax_kill.after_take(tmp_path, told)
    assert findings == []
    assert (left["pages"], left["bad_rows"], left["whole"]) == (1, 0, False)
    assert (left["box"], left["number"], left["state"]) == ("office", station.CALLER, "new")
    assert fax_kill.pages_of(left["path"]) == [station.rows(1)]


@pytest.mark.parametrize("way", ["send", "take"])
def test_killed_before_any_page_nothing_is_there_but_the_fax_that_is_to_be_sent(way: str) -> None:
    assert fax_kill.kill(way, "0+6")["findings"] == []


def test_pages_that_are_missing_and_called_confirmed_are_found(tmp_path: Path) -> None:
    """The measure itself."""
    told = fax_kill.killed("take", tmp_path, "2+1.5")
    _, findings = fax_kill.after_take(tmp_path, [*told, {"confirmed": 2}])
    assert findings == ["2 pages were confirmed, 1 told, 1 kept"]
