"""Tracks of a call from its stored events."""

from __future__ import annotations

from ctidrv.picture.journal import tracks_of

PROMPT = {"type": "call.prompt", "prompt": "welcome", "lang": "en-US"}
ROWS = [
    {"type": "call.offered", "at": 10.0},
    {"type": "call.ring", "at": 10.5, "count": 1},
    {"type": "call.answered", "at": 12.0, "by": "script"},
    {**PROMPT, "at": 12.0, "state": "started"},
    {"type": "call.fax", "at": 13.0, "tone": "cng"},
    {"type": "call.digit", "at": 14.0, "digit": "7", "during": "welcome"},
    {**PROMPT, "at": 14.0, "state": "ended", "reason": "digit"},
    {"type": "call.clearing", "at": 15.0, "cause": "remote-loop-break", "confidence": 1.0},
    {"type": "call.ended", "at": 15.5, "outcome": "answered"},
]


def test_stretches_begin_and_end_as_the_journal_says_counted_from_the_call():
    made = tracks_of(ROWS, 80_000, 80_000)
    assert [(mark.begin, mark.end) for mark in made["hook"]] == [(16_000, 44_000)]
    assert [(mark.begin, mark.end) for mark in made["ring"]] == [(4000, None)]
    assert [(mark.begin, mark.end, mark.cut) for mark in made["prompts"]] == [(16_000, 32_000, True)]
    assert [mark.text for mark in made["keys"]] == ["7"]
    assert [mark.begin for mark in made["battery"]] == [40_000]
    assert [mark.text for mark in made["detectors"]] == ["fax cng"]
    assert "polarity" not in made


def test_what_goes_on_ends_with_what_is_drawn():
    made = tracks_of(ROWS[:4], 80_000, 30_000)
    assert made["hook"][0].end == made["prompts"][0].end == 30_000


def test_events_of_another_clock_and_rows_that_lack_something_are_left_out():
    """A call that a crash interrupted is ended by the next start, whose samples begin anew."""
    rows = [*ROWS[:3], {"type": "call.ended", "at": 0.5}, {"type": "call.prompt", "at": 13.0}]
    rows.append({"type": "call.message", "at": 13.0, "message": "m1"})
    made = tracks_of(rows, 80_000, 40_000)
    assert [(mark.begin, mark.end) for mark in made["hook"]] == [(16_000, 40_000)]
    assert "prompts" not in made
    assert [mark.begin for mark in made["call"]] == [0, 16_000]


def test_hostile_words_are_held_within_bounds():
    rows = [{"type": "call.digit", "at": 0.0, "digit": "\x00<" + "9" * 5000}]
    (mark,) = tracks_of(rows, 0, 8000)["keys"]
    assert len(mark.text) == 200
    assert "\x00" not in mark.text
