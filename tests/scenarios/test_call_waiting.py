"""A second call during a call: it is told to whoever listens, and the call that runs is as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ctidrv.events import AlertSeen, CallerIdSeen, DigitDown, PlayDone, RecordLost, Released, RingOn, Seized
from ctidrv.media.wav import read_wav
from ctidrv.native import cid
from ctidrv.native.compare import find
from ctidrv.units import TICK, ms, seconds

PROMPTS = Path(__file__).parents[2] / "ivr_scripts/prompts/en-US"
OPENING = read_wav(PROMPTS / "opening-hours.wav").channels[0]
PROMPT = OPENING + OPENING
VOICE = read_wav(Path(__file__).parents[2] / "hw-sim/hwsim/voices/ann-lee.wav").channels[0]
COUNTRIES = {"US": "bell202", "GB": "v23", "CN": "bell202", "DE": "v23", "NL": "v23", "JP": "jclip"}


async def connected(line: Any) -> Any:
    ann = line.board.caller("5551111", "ANN")
    await ann.dial("8001")
    await line.until("call.answered")
    return ann


async def knock(line: Any, **caller: Any) -> Any:
    bob = line.board.caller(**({"number": "5552222", "name": "BOB"} | caller))
    await bob.dial("8001")
    return bob


def ends(line: Any) -> list[tuple[str, str]]:
    return [(entry["cause"], entry["outcome"]) for entry in line.said("call.ended")]


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_waiting_call_is_told_and_the_call_that_runs_goes_on(managed_line: Any, country: str) -> None:
    line = managed_line(country, call_waiting=True)

    async def scene() -> None:
        ann = await connected(line)
        await line.clock.sleep(seconds(1))
        bob = await knock(line)
        told = await line.until("call.waiting")
        assert told.call == line.line.call.id
        await bob.hang_up()
        await ann.press("5")
        await line.clock.sleep(seconds(1))
        await ann.hang_up()

    line.play(scene())
    (told,) = line.said("call.waiting")
    name = None if country == "JP" else "BOB"
    standard = COUNTRIES[country]
    assert (told["number"], told["name"], told["standard"]) == ("5552222", name, standard)
    assert told["checksum_ok"]
    assert [entry["digit"] for entry in line.said("call.digit")] == ["5"]
    assert [entry["number"] for entry in line.said("call.caller")] == ["5551111"]
    assert len(line.said("call.offered")) == len(line.said("call.answered")) == 1
    assert ends(line) == [("remote-busy-tone", "answered")]


def test_gr_30_the_digit_is_sent_within_100_ms_of_the_cas_and_nobodys_key(managed_line: Any) -> None:
    """On a line that returns half of it."""
    line = managed_line("US", call_waiting=True, return_loss_db=6.0)
    heard: list[tuple[int, int, int]] = []
    feed = line.board.exchange.feed

    def listen(event: Any) -> None:
        heard.append((event.port, event.value, event.start))
        feed(event)

    line.board.exchange.feed = listen

    async def scene() -> None:
        ann = await connected(line)
        await line.clock.sleep(seconds(1))
        await knock(line)
        await line.until("call.waiting")
        await line.clock.sleep(seconds(1))
        await ann.hang_up()

    line.play(scene())
    (alert,) = [event for event in line.events if isinstance(event, AlertSeen)]
    (digit,) = [start for port, value, start in heard if port == 0 and value == ord("D")]
    assert ms(10) <= digit - (alert.start + alert.length) <= ms(100)
    assert [event for event in line.events if isinstance(event, DigitDown)] == []
    assert line.said("call.digit") == []


def test_our_prompt_stands_still_and_goes_on_where_it_was(managed_line: Any) -> None:
    line = managed_line("US", call_waiting=True, return_loss_db=10.0)
    played: list[Any] = []

    async def serve(call: Any) -> None:
        await call.answer(after_rings=1)
        await call.pause(seconds(1))
        played.append((line.clock.now(), await call.play([PROMPT], stop_on="1"), line.clock.now()))
        await call.ended()

    line.serve = serve

    async def scene() -> None:
        ann = await connected(line)
        await line.clock.sleep(ms(1500))
        bob = await knock(line)
        await line.until("call.waiting")
        await bob.hang_up()
        await line.clock.sleep(seconds(8))
        await ann.hang_up()

    line.play(scene())
    ((begin, how, end),) = played
    assert how.reason == "end"
    assert seconds(0.3) <= (end - begin) - len(PROMPT) <= ms(1700)
    (path,) = {row.path for row in line.recordings}
    sent = read_wav(path).channels[0]
    cas, data = line.at(AlertSeen)[0], line.at(CallerIdSeen)[-1]
    seized = line.at(Seized)[0]
    quiet = sent[cas + ms(120) - seized : data - ms(20) - seized]
    assert len(quiet) > ms(300)
    assert quiet.peak() == 0
    (held,) = [
        event.position for event in line.events if isinstance(event, PlayDone) and event.reason != "end"
    ]
    assert end - begin == pytest.approx(len(PROMPT) + held, abs=TICK)
    first, last = find(PROMPT[:8000], sent), find(PROMPT[-8000:], sent[-16000 - 8000 * 8 :])
    assert first is not None
    assert last is not None
    assert min(first.snr_db, last.snr_db) > 40  # to the sample, not a beat of it is lost
    assert last.offset + len(sent) - 80_000 - first.offset == len(PROMPT) - 8000 + held


def test_the_recording_has_no_gap_and_the_callers_words_before_and_after(managed_line: Any) -> None:
    line = managed_line("GB", call_waiting=True, noise_dbm0=-70.0)
    words = VOICE[: seconds(1)]

    async def scene() -> None:
        ann = await connected(line)
        await ann.speak(words)
        bob = await knock(line)
        await line.until("call.waiting")
        await bob.hang_up()
        await line.clock.sleep(seconds(1))
        await ann.speak(words)
        await ann.hang_up()

    line.play(scene())
    (path,) = {row.path for row in line.recordings}
    came = read_wav(path).channels[1]
    assert abs(len(came) - (line.at(Released)[0] - line.at(Seized)[0])) <= 2 * TICK
    assert line.at(RecordLost) == []
    told = line.at(CallerIdSeen)[-1] - line.at(Seized)[0]
    for part in (came[:told], came[told:]):
        match = find(words, part)
        assert match is not None
        assert match.snr_db > 15


@pytest.mark.parametrize(("fault", "told"), [("damaged", [False]), ("missing", [])])
def test_damaged_data_gives_no_number_and_missing_data_nothing(
    managed_line: Any, fault: str, told: list[bool]
) -> None:
    line = managed_line("US", call_waiting=True, caller_id_fault=fault)

    async def scene() -> None:
        ann = await connected(line)
        await line.clock.sleep(seconds(1))
        await knock(line)
        await line.clock.sleep(seconds(8))
        await ann.press("7")
        await line.clock.sleep(seconds(1))
        await ann.hang_up()

    line.play(scene())
    assert [(entry["checksum_ok"], entry["number"]) for entry in line.said("call.waiting")] == [
        (each, None) for each in told
    ]
    assert [entry["digit"] for entry in line.said("call.digit")] == ["7"]


def test_who_waits_is_never_answered_in_the_call_but_rings_after_it(managed_line: Any) -> None:
    """demands: a greeting played into a running conversation."""
    line = managed_line("US", call_waiting=True)

    async def scene() -> None:
        ann = await connected(line)
        await line.clock.sleep(seconds(1))
        bob = await knock(line)
        await bob.hears_tone("ringback")
        await line.clock.sleep(seconds(20))
        assert line.state == "talking"
        assert "ringback" in bob.tones
        await ann.hang_up()
        await line.until("call.caller", number="5552222")
        await line.until("call.answered")
        await bob.answered()
        await bob.hang_up()

    line.play(scene())
    first, second = line.said("call.caller")
    assert (first["number"], second["number"]) == ("5551111", "5552222")
    assert len(line.said("call.answered")) == 2
    assert len(line.at(RingOn)) >= 2


def test_a_call_that_ends_while_the_other_is_told_leaves_the_line_on_hook(managed_line: Any) -> None:
    line = managed_line("US", call_waiting=True)

    async def scene() -> None:
        await connected(line)
        await line.clock.sleep(seconds(1))
        bob = await knock(line)
        while not line.at(AlertSeen):
            await line.clock.sleep(TICK)
        await line.line.call.hang_up()
        await bob.hang_up()
        await line.clock.sleep(seconds(3))

    line.play(scene())
    assert ends(line) == [("local-script", "answered")]
    assert line.said("call.waiting") == []


def test_without_the_service_a_second_caller_hears_busy(managed_line: Any) -> None:
    line = managed_line("US")

    async def scene() -> None:
        ann = await connected(line)
        bob = await knock(line)
        await bob.hears_tone("busy")
        await bob.hang_up()
        await ann.hang_up()

    line.play(scene())
    assert line.at(AlertSeen) == []


def test_caller_id_that_the_caller_sends_himself_changes_nothing(managed_line: Any) -> None:
    line = managed_line("US", call_waiting=True, caller_id=False)

    async def scene() -> None:
        ann = await connected(line)
        await line.clock.sleep(seconds(2))
        await ann.speak(cid.fsk_burst(cid.encode_mdmf(number="110", name="POLICE")))
        await ann.press("A110C")
        await line.clock.sleep(seconds(2))
        await ann.hang_up()

    line.play(scene())
    assert line.said("call.caller") == []
