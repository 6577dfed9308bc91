"""The interpreter's verbs that record, on a real `Call` (`one_call.py`): voicemail and clips."""

import pytest

from ctidrv.apps.records import MessageRow, RecordingRow
from ctidrv.callcontrol.causes import Cause
from ctidrv.media.wav import read_wav
from ctidrv.units import seconds

VOICEMAIL = """\
  main:
    - answer: {}
    - voicemail:
        {box: desk, greeting: hello, saved: menu, silence: 3s, escape: {"0": other}, on_empty: {play: wrong}}
    - goto: end
  other: [{play: still}]
  end: [{play: bye}]
"""


def test_message_is_taken_kept_and_confirmed(bench, tmp_path, serve, speak):
    line = serve(bench.load(VOICEMAIL), ("hello", 0.7, speak(2)), folder=tmp_path / "data")
    assert line.names == ["hello", "menu", "bye"]
    (row,) = line.kept.rows
    assert isinstance(row, MessageRow)
    assert (row.box, row.number) == ("desk", "5551234")
    assert read_wav(row.path).frames == row.samples
    assert 1.8 * 8000 < row.samples < 3 * 8000


def test_message_without_a_word_is_not_confirmed(bench, tmp_path, serve):
    line = serve(bench.load(VOICEMAIL), folder=tmp_path / "data")
    assert line.names == ["hello", "wrong", "bye"]
    assert line.kept.rows == []


def test_key_skips_the_greeting_and_ends_the_message(bench, tmp_path, serve, speak):
    def speak_and_end(line):
        line.press("#")
        line.clock.call_after(seconds(0.6), lambda: speak(5)(line))
        line.clock.call_after(seconds(2.6), lambda: line.press("#"))

    line = serve(bench.load(VOICEMAIL), ("hello", 0.02, speak_and_end), folder=tmp_path / "data")
    ended = [e.data["reason"] for e in line.log if e.type == "call.prompt" and e.data["state"] == "ended"]
    assert ended == ["digit", "end", "end"]
    assert 1.5 * 8000 < line.kept.rows[0].samples < 2.5 * 8000
    assert line.clock.now() < seconds(4)


def test_escape_key_during_the_greeting_leads_away(bench, tmp_path, serve):
    line = serve(bench.load(VOICEMAIL), ("hello", 0.02, "0"), folder=tmp_path / "data")
    assert line.names == ["hello", "still"]
    assert line.kept.rows == []


def test_hang_up_in_the_message_keeps_what_was_said(bench, tmp_path, serve, speak):
    def speak_and_leave(line):
        speak(2)(line)
        line.clock.call_after(
            seconds(2.5), lambda: line.call.on_ended(line.clock.now(), Cause.REMOTE_BUSY_TONE)
        )

    line = serve(bench.load(VOICEMAIL), ("hello", 0.7, speak_and_leave), folder=tmp_path / "data")
    assert line.names == ["hello"]
    assert len(line.kept.rows) == 1
    assert line.call.cause is Cause.REMOTE_BUSY_TONE


RECORD = """\
  main:
    - answer: {}
    - record: {prompt: hello, into: clip, max: 4s, silence: 2s, on_empty: {play: wrong}}
    - play: bye
"""


def test_record_keeps_a_clip_with_the_call(bench, tmp_path, serve, speak):
    line = serve(bench.load(RECORD), ("hello", 0.7, speak(1.5)), folder=tmp_path / "data")
    assert line.names == ["hello", "bye"]
    (row,) = line.kept.rows
    assert isinstance(row, RecordingRow)
    assert (row.call, row.state) == ("call-1", "closed")
    assert read_wav(row.path).frames == row.samples
    told = [e.data for e in line.log if e.type == "call.recording"]
    assert told == [{"recording": row.id, "path": row.path, "state": "closed"}]


def test_record_of_silence_keeps_nothing(bench, tmp_path, serve):
    line = serve(bench.load(RECORD), folder=tmp_path / "data")
    assert line.names == ["hello", "wrong", "bye"]
    assert line.kept.rows == []


@pytest.mark.parametrize("script", [VOICEMAIL, RECORD])
def test_nothing_is_noted_after_the_end_of_the_call(bench, tmp_path, serve, script):
    ended = []

    def leave(line):
        line.call.on_ended(line.clock.now(), Cause.REMOTE_LOOP_BREAK)
        ended.append(len(line.log))

    line = serve(bench.load(script), ("hello", 0.05, leave), folder=tmp_path / "data")
    assert len(line.log) == ended[0]


def test_script_lets_go_of_a_call_that_an_operator_takes(bench, tmp_path, serve):
    line = serve(bench.load(VOICEMAIL), ("hello", 2, lambda line: line.take()), folder=tmp_path / "data")
    assert line.call.answered_by == "operator"
    assert line.names[-1] == "hello"
    assert not line.queue
