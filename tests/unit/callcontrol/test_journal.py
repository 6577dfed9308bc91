"""The journal, ids, causes and profiles."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime

import pytest

from ctidrv.callcontrol.causes import CONFIDENCE, Cause, confidence
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.clock import SampleClock
from ctidrv.errors import InputError, UsageError
from ctidrv.ports.regions import known_regions, load_region
from ctidrv.units import PortId, ms, seconds

PORT = PortId("sim/1")


def test_facts_are_numbered_and_reach_every_listener_in_order() -> None:
    clock = SampleClock(datetime(2027, 3, 8, tzinfo=UTC))
    journal = Journal(clock, first=41)
    heard: list[CallEvent] = []
    end = journal.subscribe(heard.append)
    clock.advance(800)
    journal.emit("line.state", PORT, state="idle")
    journal.emit("call.ring", PORT, "call-1", at=700, count=1)
    end()
    end()
    journal.emit("line.state", PORT, state="ringing")
    assert [(event.seq, event.type, event.at, event.call, dict(event.data)) for event in heard] == [
        (41, "line.state", 800, None, {"state": "idle"}),
        (42, "call.ring", 700, "call-1", {"count": 1}),
    ]


def test_a_listener_that_fails_does_not_keep_the_others_from_hearing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    journal = Journal(SampleClock(datetime(2027, 3, 8, tzinfo=UTC)))
    heard: list[CallEvent] = []

    def fail(event: CallEvent) -> None:
        raise OSError("the socket is gone")

    journal.subscribe(fail)
    journal.subscribe(heard.append)
    with caplog.at_level(logging.CRITICAL, logger="ctidrv.callcontrol.journal"):
        journal.emit("line.state", PORT, state="idle")
    assert len(heard) == 1


def test_seeded_ids_repeat_and_differ_by_seed_kind_and_number() -> None:
    def some(seed: int) -> list[str]:
        ids = Ids(seed)
        return [ids.next("call"), ids.next("call"), ids.next("message")]

    assert some(7) == some(7)
    assert len({*some(7), *some(8)}) == 6
    assert all(re.fullmatch(r"[a-z]+-\d{4}-[0-9a-f]{6}", name) for name in some(7))


def test_live_ids_sort_by_time_and_do_not_repeat() -> None:
    clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
    ids = Ids(None, clock)
    names = []
    for _ in range(50):
        names.append(ids.next("call"))
        clock.advance(clock.now() + 800)
    assert names == sorted(names)
    assert len({Ids(None, clock).next("call") for _ in range(200)}) == 200
    assert re.fullmatch(r"[A-Za-z0-9-]+", names[0])


def test_ids_without_seed_or_clock_are_refused() -> None:
    with pytest.raises(UsageError, match="seed or the clock"):
        Ids(None)


def test_every_guess_has_a_confidence_below_one_and_silence_the_least() -> None:
    guessed = [
        cause for cause in Cause if cause.value.startswith("remote-") and cause is not Cause.REMOTE_BOARD
    ]
    assert all(0 < confidence(cause) < 1 for cause in guessed)
    assert min(CONFIDENCE, key=lambda cause: CONFIDENCE[cause]) is Cause.REMOTE_SILENCE
    assert confidence(Cause.LOCAL_SCRIPT) == 1


def test_a_profile_takes_the_countrys_habits() -> None:
    us, tw, de = (LineProfile.for_region(load_region(code)) for code in ("us", "tw", "de"))
    assert "reversal" not in us.signals
    assert "reversal" in tw.signals
    assert {"loop-break", "busy-tone", "dial-tone", "silence"} <= de.signals
    assert us.ring_timeout == ms(6500)
    assert us.caller_id_after_ring


@pytest.mark.parametrize("code", known_regions())
def test_the_caller_gives_up_later_than_the_longest_gap_between_rings(code: str) -> None:
    region = load_region(code)
    profile = LineProfile.for_region(region)
    assert max(ms(gap) for gap in region.ring[1::2]) + seconds(1.5) < profile.ring_timeout <= seconds(8)
    assert max(ms(gap) for gap in region.ring[1::2]) > profile.ring_gap


def test_a_line_may_have_signals_of_its_own_and_unknown_ones_are_refused() -> None:
    profile = LineProfile.for_region(load_region("us"), ["reversal"])
    assert profile.signals == {"reversal"}
    with pytest.raises(InputError, match=r"smoke.*known are loop-break"):
        LineProfile.for_region(load_region("us"), ["smoke"])
    with pytest.raises(InputError):
        LineProfile.for_region(load_region("us"), [])
