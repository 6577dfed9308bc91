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

    def __init__(self, *, cancelled: bool = True) -> None:
        self.clock = SampleClock()
        self.late: list[tuple[Input, Samples]] = []
        self.far_end = FarEnd(self.clock, lambda seen, at: self.late.append((seen, at)), cancelled=cancelled)

    def at(self, second: float, kind: type[Any], *, tone: str = "", since: float | None = None,
           playing: bool = False) -> tuple[Input, ...]:  # fmt: skip
        now = seconds(second)
        self.clock.advance(now)
        start = now if since is None else seconds(since)
        event = kind(now, PORT, tone, start) if tone else kind(now, PORT, start)
        return self._inputs(event, playing)

    def tone(self, second: float, tone: str, since: float, others: int, *, level: float = -20.0,
             playing: bool = False, clearer: bool = False) -> tuple[Input, ...]:  # fmt: skip
        """A tone with what else was heard in its bursts and pauses, dBm0."""
        now = seconds(second)
        self.clock.advance(now)
        kind = events.ToneClear if clearer else events.ToneOn
        return self._inputs(kind(now, PORT, tone, seconds(since), level, others), playing)

    def plays(self, second: float, playing: bool) -> Input:
        self.clock.advance(seconds(second))
        return self.far_end.sounding(playing)

    def _inputs(self, event: Any, playing: bool) -> tuple[Input, ...]:
        self.far_end.sounding(playing)
        return self.far_end.inputs(event)

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


def test_beside_talk_that_goes_on_it_counts_after_a_minute() -> None:
    heard = Heard()
    heard.talk(1)
    heard.at(10, events.ToneOn, tone="busy", since=8)
    heard.at(20, events.SoundOff)
    heard.at(21, events.SoundOn)
    heard.clock.advance(seconds(69.9))
    assert heard.late == []
    heard.clock.advance(seconds(70))
    assert heard.late == [(Input.BUSY_TONE, seconds(70))]


@pytest.mark.parametrize(("others", "level", "counts"), [
    (-57, -35.0, True), (-56, -35.0, False), (-36, -10.0, True), (-34, -10.0, False), (-22, -20.0, False),
])  # fmt: skip
def test_other_sound_in_its_pauses_keeps_a_hang_up_tone(others: int, level: float, counts: bool) -> None:
    """A figure of two notes over and over has no news; but its other note fills the pauses."""
    heard = Heard()
    seen = heard.tone(10, "congestion", 8.8, others, level=level)
    assert seen == ((Input.CONGESTION_TONE,) if counts else ())
    heard.clock.advance(seconds(60))
    assert heard.late == []


def test_a_kept_tone_that_is_heard_clear_later_counts() -> None:
    heard = Heard()
    assert heard.tone(10, "busy", 8.8, -20) == ()
    assert heard.tone(10.8, "busy", 9.4, -45, clearer=True) == (Input.BUSY_TONE,)


@pytest.mark.parametrize(("cancelled", "others", "level", "counts"), [
    (True, -41, -35.0, True), (True, -40, -35.0, False),
    (True, -29, -20.0, True), (True, -28, -20.0, False), (True, -20, -20.0, False),
    (False, -28, -20.0, True), (False, -27, -20.0, False),
])  # fmt: skip
def test_while_we_play_what_else_is_heard_may_be_our_echo(
    cancelled: bool, others: int, level: float, counts: bool
) -> None:
    heard = Heard(cancelled=cancelled)
    heard.talk(1)
    seen = heard.tone(10, "busy", 8, others, level=level, playing=True)
    assert seen == ((Input.BUSY_TONE,) if counts else ())


@pytest.mark.parametrize(("cancelled", "others", "counts"), [
    (True, -34, False), (True, -41, True), (False, -34, True),
])  # fmt: skip
def test_when_we_have_played_for_six_seconds_the_cores_canceller_leaves_little_echo(
    cancelled: bool, others: int, counts: bool
) -> None:
    """Laos: call waiting, which is congestion tone, over music that is 13 dB below it, beside our prompt."""
    heard = Heard(cancelled=cancelled)
    heard.plays(2, True)
    heard.plays(6.5, False)
    heard.plays(8.4, True)
    assert heard.tone(9.8, "congestion", 7.5, -20, playing=True) == ()
    seen = heard.tone(10.2, "congestion", 8.1, others, playing=True, clearer=True)
    assert seen == ((Input.CONGESTION_TONE,) if counts else ())


def test_each_call_has_a_canceller_that_learns_anew() -> None:
    heard = Heard()
    heard.plays(2, True)
    heard.plays(9, False)
    heard.far_end.begin()
    heard.plays(20, True)
    assert heard.tone(25, "congestion", 23, -34, playing=True) == (Input.CONGESTION_TONE,)
    assert heard.tone(26.1, "congestion", 24, -34, playing=True) == ()


def test_a_tone_beside_which_talk_went_on_is_the_calls_own_and_ends_nothing_in_a_pause() -> None:
    """Laos: call waiting is congestion tone. Nobody talks for six seconds while it goes on."""
    heard = Heard()
    heard.talk(1)
    heard.at(5.5, events.SoundOff, since=5.3)
    assert heard.tone(6, "congestion", 4.8, -20) == ()
    heard.at(6.5, events.SoundOn)
    heard.at(9, events.ToneOff, tone="congestion")
    heard.at(12, events.SoundOff, since=11.8)
    assert heard.tone(14.4, "congestion", 12, -60) == ()
    heard.at(17.8, events.SoundOn)
    heard.clock.advance(seconds(30))
    assert heard.late == []


def test_a_tone_beside_which_talk_went_on_counts_when_it_is_alone_for_long() -> None:
    heard = Heard()
    heard.talk(1)
    heard.at(10, events.ToneOn, tone="busy", since=8)
    heard.at(10.5, events.SoundOn)
    heard.at(12, events.SoundOff, since=11.8)
    heard.clock.advance(seconds(26.7))
    assert heard.late == []
    heard.clock.advance(seconds(26.8))
    assert heard.late == [(Input.BUSY_TONE, seconds(26.8))]


@pytest.mark.parametrize(("others", "counts"), [(-60, True), (-46, True), (-28, False)])
def test_dial_tone_with_another_note_beside_it_is_a_chord(others: int, counts: bool) -> None:
    heard = Heard()
    assert heard.tone(10, "dial", 7.6, others) == ((Input.DIAL_TONE,) if counts else ())
    assert heard.tone(11, "dial", 8.6, -60, clearer=True) == (Input.DIAL_TONE,)


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
    assert heard.plays(100, False) is Input.QUIET


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


def test_dial_tone_that_other_notes_join_is_a_chord_for_as_long_as_it_is_held() -> None:
    heard = Heard()
    assert heard.tone(2, "dial", 1, -60) == (Input.DIAL_TONE,)
    assert heard.at(3, events.SoundOn, since=2.9) == (Input.DIAL_TONE_OVER, Input.SOUND)
    assert heard.tone(3.1, "dial", 1, -60, clearer=True) == ()
    heard.at(3.2, events.SoundOff, since=3)
    heard.clock.advance(seconds(14.9))
    assert heard.late == []
    assert heard.at(15, events.ToneOff, tone="dial") == (Input.DIAL_TONE_OVER,)
    heard.clock.advance(seconds(90))
    assert heard.late == []


def test_dial_tone_after_a_noise_beside_it_counts_when_it_is_alone_for_long() -> None:
    heard = Heard()
    heard.tone(2, "dial", 1, -60)
    heard.at(3, events.SoundOn, since=2.9)
    heard.at(3.2, events.SoundOff, since=3)
    heard.clock.advance(seconds(18.1))
    assert heard.late == [(Input.DIAL_TONE, seconds(18))]


def test_dial_tones_own_beginning_and_what_we_play_are_no_other_notes() -> None:
    heard = Heard()
    assert heard.tone(2, "dial", 1, -60) == (Input.DIAL_TONE,)
    assert heard.at(2.1, events.SoundOn, since=1.5) == (Input.SOUND,)
    assert heard.at(3, events.SoundOn, since=2.9, playing=True) == (Input.SOUND,)
    assert heard.late == []


def test_a_tone_that_began_long_before_the_talk_ended_is_the_calls_own() -> None:
    heard = Heard()
    heard.talk(1)
    heard.at(8.2, events.SoundOff, since=8)
    assert heard.tone(10.5, "congestion", 5, -20) == ()
    assert heard.tone(12.5, "congestion", 9.5, -60, clearer=True) == ()
    heard.clock.advance(seconds(22.9))
    assert heard.late == []
    heard.clock.advance(seconds(23.1))
    assert heard.late == [(Input.CONGESTION_TONE, seconds(23))]


def test_a_detector_that_begins_afresh_leaves_no_tone_behind() -> None:
    heard = Heard()
    heard.talk(1)
    assert heard.at(10, events.ToneOn, tone="congestion", since=8) == ()
    heard.at(12, events.SoundOff, since=11.5)
    heard.far_end.tones_begin_afresh()
    heard.clock.advance(seconds(90))
    assert heard.late == []
