"""Which tones and sounds of the far end count, and when."""

from __future__ import annotations

from typing import Any

import pytest

from ctidrv import events
from ctidrv.callcontrol.far_end import FarEnd
from ctidrv.callcontrol.fxo import Input
from ctidrv.clock import SampleClock
from ctidrv.units import PortId, Samples, ms, seconds

PORT = PortId("sim/1")


class Heard:
    """A far end whose events come at seconds; `late` is what counted afterwards."""

    def __init__(self) -> None:
        self.clock = SampleClock()
        self.late: list[tuple[Input, Samples]] = []
        self.far_end = FarEnd(self.clock, lambda seen, at: self.late.append((seen, at)))

    def at(self, second: float, kind: type[Any], *, tone: str = "", since: float | None = None,
           playing: bool = False) -> tuple[Input, ...]:  # fmt: skip
        now = seconds(second)
        self.clock.advance(now)
        start = now if since is None else seconds(since)
        event = kind(now, PORT, tone, start) if tone else kind(now, PORT, start)
        return self.far_end.inputs(event, playing)

    def talk(self, second: float) -> None:
        self.at(second, events.VoiceOn)
        self.at(second, events.SoundOn)


@pytest.mark.parametrize(
    ("tone", "seen"),
    [
        ("busy", Input.BUSY_TONE),
        ("congestion", Input.CONGESTION_TONE),
        ("learned", Input.LEARNT_TONE),
        ("howler", Input.BUSY_TONE),
    ],
)
def test_a_hang_up_tone_on_a_quiet_line_counts_at_once(tone: str, seen: Input) -> None:
    assert Heard().at(10, events.ToneOn, tone=tone, since=8.5) == (seen,)


@pytest.mark.parametrize("tone", ["call_waiting", "confirm", "sit"])
def test_a_tone_that_is_heard_in_calls_ends_none(tone: str) -> None:
    assert Heard().at(10, events.ToneOn, tone=tone, since=8.5) in ((), (Input.QUIET,))


def test_beside_talk_it_counts_when_nobody_has_talked_for_as_long_as_it_took_to_be_known() -> None:
    heard = Heard()
    heard.talk(1)
    assert heard.at(10, events.ToneOn, tone="congestion", since=8) == ()
    heard.at(12, events.SoundOff, since=11.5)
    heard.clock.advance(seconds(13.4))
    assert heard.late == []
    heard.clock.advance(seconds(13.6))
    assert heard.late == [(Input.CONGESTION_TONE, seconds(13.5))]
    heard.clock.advance(seconds(60))
    assert len(heard.late) == 1


def test_beside_talk_that_goes_on_it_counts_after_half_a_minute() -> None:
    heard = Heard()
    heard.talk(1)
    heard.at(10, events.ToneOn, tone="busy", since=8)
    heard.at(20, events.SoundOff)
    heard.at(21, events.SoundOn)
    heard.clock.advance(seconds(39.9))
    assert heard.late == []
    heard.clock.advance(seconds(40))
    assert heard.late == [(Input.BUSY_TONE, seconds(40))]


def test_call_waiting_that_looks_like_congestion_ends_no_conversation() -> None:
    heard = Heard()
    heard.talk(1)
    heard.at(10, events.ToneOn, tone="congestion", since=8)
    heard.at(10.4, events.SoundOff)
    heard.at(11, events.ToneOff, tone="congestion", since=10.6)
    heard.clock.advance(seconds(100))
    assert heard.late == []


def test_a_tone_taken_for_a_voice_counts_at_once() -> None:
    """Voice, but nothing new is heard: it is the tone itself."""
    heard = Heard()
    heard.talk(1)
    heard.at(7.7, events.SoundOff, since=7.5)
    assert heard.at(10, events.ToneOn, tone="busy", since=7) == (Input.BUSY_TONE,)


def test_while_we_play_it_counts_at_once_for_the_voice_may_be_our_own() -> None:
    heard = Heard()
    heard.talk(1)
    assert heard.at(10, events.ToneOn, tone="busy", since=7, playing=True) == (Input.BUSY_TONE,)


def test_music_with_the_cadence_of_a_hang_up_tone_ends_nothing() -> None:
    """No voice, but its notes change; the last did just before the tone was known."""
    heard = Heard()
    heard.at(1, events.SoundOn)
    heard.at(9.9, events.SoundOff, since=9.7)
    assert heard.at(10, events.ToneOn, tone="congestion", since=8.8) == ()
    heard.at(10.5, events.SoundOn)
    heard.at(11.4, events.ToneOff, tone="congestion")
    heard.clock.advance(seconds(100))
    assert heard.late == []


def test_a_tone_that_was_kept_for_the_last_word_before_it_counts_a_little_later() -> None:
    heard = Heard()
    heard.at(1, events.SoundOn)
    heard.at(9.9, events.SoundOff, since=9.7)
    assert heard.at(10, events.ToneOn, tone="busy", since=8.8) == ()
    heard.clock.advance(seconds(10.95))
    assert heard.late == [(Input.BUSY_TONE, seconds(10.9))]


def test_nothing_is_kept_beyond_the_call() -> None:
    heard = Heard()
    heard.talk(1)
    heard.at(10, events.ToneOn, tone="busy", since=8)
    heard.far_end.begin()
    heard.clock.advance(seconds(100))
    assert heard.late == []
    assert heard.far_end.input(False) is Input.QUIET


@pytest.mark.parametrize(
    ("on", "off", "tone"),
    [
        (events.VoiceOn, events.VoiceOff, ""),
        (events.SoundOn, events.SoundOff, ""),
        (events.ToneOn, events.ToneOff, "ringback"),
    ],
)
def test_voice_music_and_ringback_are_sound_until_they_end(on: Any, off: Any, tone: str) -> None:
    heard = Heard()
    assert heard.at(1, on, tone=tone) == (Input.SOUND,)
    assert heard.at(5, events.DigitDown, tone="5") == (Input.SOUND, Input.SOUND)
    assert heard.at(60, off, tone=tone) == (Input.QUIET,)
    assert heard.at(61, off, tone=tone, playing=True) == (Input.SOUND,)


def test_dial_tone_comes_and_goes() -> None:
    heard = Heard()
    assert heard.at(1, events.ToneOn, tone="dial") == (Input.DIAL_TONE,)
    assert heard.at(1 + ms(500) / 8000, events.ToneOff, tone="dial") == (Input.DIAL_TONE_OVER,)
