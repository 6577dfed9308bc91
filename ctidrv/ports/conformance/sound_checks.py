"""Of any port that is off hook: sound and digits both ways, and the recording of them."""

from __future__ import annotations

from ctidrv.events import DigitDown, DigitUp
from ctidrv.native.tones import dtmf
from ctidrv.ports.api import Able, PortInfo
from ctidrv.ports.conformance.bench import Bench
from ctidrv.ports.conformance.case import TALKS, of_port
from ctidrv.ports.conformance.judge import (
    FAINT_DB,
    MOST_TURN,
    SENT_DBM0,
    TRUE_HZ,
    beep,
    digits_in,
    expect,
    expect_whole,
    is_over,
    lasts,
    longest,
    most_turned,
)
from ctidrv.units import TICK

_PROMPT_S, _VOICE_S, _RECORDED_S = 1.2, 0.8, 1.2
_PROMPT_HZ, _VOICE_HZ = 700.0, 1600.0
_OURS, _THEIRS = "2580", "159#"
_PATH_S = 4.0
"""What is played may take so long to be heard, beside its own length."""


@of_port("board.h: exchange sends tx; level and length unchanged but for the line's loss", *TALKS)
def a_prompt_reaches_the_far_end_whole_and_as_loud(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    far, dbm0 = bench.far(port), bench.level_at(port, SENT_DBM0)
    before = len(far.heard())
    ref = bench.play(port, beep(_PROMPT_S))
    bench.until(lambda: bench.played(ref), "the prompt played", _PROMPT_S + _PATH_S)
    bench.until(lambda: is_over(far.heard()[before:], dbm0 - FAINT_DB), "the prompt heard at the far end")
    expect_whole(far.heard()[before:], _PROMPT_S, dbm0, "at the far end")


@of_port("board.h: exchange fills rx; level and length unchanged but for the line's loss", *TALKS)
def the_far_end_is_heard_whole_and_as_loud(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    bench.wait(bench.turn_s)
    far, dbm0 = bench.far(port), bench.level_at(port, SENT_DBM0)
    recording = bench.record(port)
    far.speak(beep(_VOICE_S))
    bench.until(lambda: is_over(recording.came, dbm0 - FAINT_DB), "his voice heard", _VOICE_S + _PATH_S)
    bench.stop_recording(port, recording)
    expect_whole(recording.came, _VOICE_S, dbm0, "at our end")


@of_port("api.py: full_duplex: yes is both directions at once; no loses only what comes meanwhile", *TALKS)
def both_directions_pass_at_once(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    bench.wait(bench.turn_s)
    far, dbm0 = bench.far(port), bench.level_at(port, SENT_DBM0)
    before = len(far.heard())
    recording = bench.record(port)
    far.speak(beep(_VOICE_S, _VOICE_HZ))
    bench.play(port, beep(_PROMPT_S, _PROMPT_HZ))
    faint, within = dbm0 - FAINT_DB, _PROMPT_S + _PATH_S
    bench.until(lambda: is_over(far.heard()[before:], faint), "the prompt heard", within)
    bench.stop_recording(port, recording)
    heard = lasts(far.heard()[before:], _PROMPT_HZ, faint)
    expect(heard >= 0.95 * _PROMPT_S, f"a prompt of {_PROMPT_S:g} s at the far end", f"{heard:.2f} s of it")
    if port.able("full_duplex") is Able.YES:
        came = lasts(recording.came, _VOICE_HZ, faint)
        what = f"full_duplex: yes, so his voice of {_VOICE_S:g} s beside the prompt"
        expect(came >= 0.95 * _VOICE_S, what, f"{came:.2f} s of it")


@of_port("event.h: CTI_EV_DIGIT_DOWN, CTI_EV_DIGIT_UP: each key once, by the ear or by the board", *TALKS)
def the_far_ends_keys_are_told_once_each(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    bench.wait(bench.turn_s)
    since = len(bench.events)
    bench.far(port).press(_THEIRS)
    bench.until(
        lambda: len(bench.of(port, DigitUp, since=since)) >= len(_THEIRS), f"the keys {_THEIRS}", _PATH_S
    )
    bench.wait(0.5)
    told = bench.of(port, DigitDown, since=since)
    down = "".join(event.digit for event in told)
    up = "".join(event.digit for event in bench.of(port, DigitUp, since=since))
    expect(down == _THEIRS, f"each of the keys {_THEIRS} once", down)
    expect(up == down, f"an end of each of the keys {down}", up)
    if port.able("dtmf_hw") is Able.NO:
        by_board = [event for event in told if event.source == "hardware"]
        expect(not by_board, "dtmf_hw: no, so no key that the board says it has heard", by_board)


@of_port("board.h: exchange: digits that we send pass as they are", *TALKS)
def our_digits_reach_the_far_end(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    far = bench.far(port)
    before = len(far.heard())
    ref = bench.play(port, dtmf(_OURS))
    bench.until(lambda: bench.played(ref), "the digits played", _PATH_S)
    bench.until(lambda: digits_in(far.heard()[before:]) >= _OURS[:1], "a digit heard at the far end")
    bench.wait(1.0)
    heard = digits_in(far.heard()[before:])
    expect(heard == _OURS, f"the digits {_OURS} at the far end", heard)


@of_port(
    "board.h: exchange: 160 samples each tick, none lost, none doubled",
    *TALKS,
)
def a_recording_is_true_to_the_sample(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    bench.wait(bench.turn_s)
    dbm0, prompt = bench.level_at(port, SENT_DBM0), beep(0.5, 700.0)
    ticks = bench.engine.stats().ticks
    recording = bench.record(port)
    bench.far(port).speak(beep(_RECORDED_S, TRUE_HZ))
    bench.until(lambda: is_over(recording.came, dbm0 - FAINT_DB), "his voice recorded", _RECORDED_S + _PATH_S)
    ref = bench.play(port, prompt)
    bench.until(lambda: bench.played(ref), "the prompt played")
    bench.stop_recording(port, recording)
    made = bench.engine.stats().ticks - ticks
    frames = len(recording.data) // 4
    expect(
        frames % TICK == 0 and frames <= made * TICK, f"whole ticks, at most {made} of them", frames / TICK
    )
    expect(
        recording.sent.bytes.find(prompt.bytes) >= 0, "the prompt in channel 1, bit by bit", "another sound"
    )
    stretch, gaps = longest(recording.came, dbm0 - FAINT_DB)
    turned, when = most_turned(stretch[2 * TICK : -2 * TICK])
    expect(
        gaps == 0 and turned <= MOST_TURN,
        f"a tone whose phase goes on, within {MOST_TURN:g} degrees in 10 ms",
        f"{turned:.0f} degrees at {when:.2f} s of it: samples are lost or doubled (a gap of {gaps})",
    )
