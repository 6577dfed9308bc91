"""The interpreter on a real `Call` whose line and channel are played here: time goes in ticks."""

import asyncio
import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ctidrv import events
from ctidrv.apps.ivr.run import Services, run
from ctidrv.apps.records import MessageRow, RecordingRow
from ctidrv.apps.voicemail import Mailboxes
from ctidrv.callcontrol.call import Call, Caller, CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.clock import SampleClock
from ctidrv.folder import DataFolder
from ctidrv.media.virtual import run_virtual
from ctidrv.media.wav import read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Kind, PortInfo
from ctidrv.units import TICK, PortId, Samples, seconds

PORT = PortId("sim/1")
HANGUP = "hang up"
HEAD = "ivr: 1\nname: test\nlanguages: [en-US, zh-CN]\nstart: main\nflows:\n"


class Playing:
    def __init__(self, ref, sound, stop_on):
        self.ref, self.stop_on = ref, stop_on
        self.left = len(sound) if isinstance(sound, Pcm) else 3200  # the beep is a tone


class Recording:
    """Hears a ramp."""

    def __init__(self, line, sink):
        self.line, self.sink, self.ref, self.frames = line, sink, 99, 0
        self.error = None

    def tick(self):
        self.sink.write(Pcm(range(160)).bytes)
        self.frames += 160

    async def stop(self):
        self.sink.close()
        now, self.line.recording = self.line.clock.now(), None
        for listener in tuple(self.line.listeners):
            listener(events.RecordDone(now, PORT, self.ref, Samples(self.frames)))
        return self.frames


class Kept:
    """A repository that only remembers."""

    def __init__(self):
        self.rows = []

    def put_message(self, row):
        self.rows.append(row)

    put_recording = put_message

    async def committed(self):
        pass


class Line:
    """Channel and line of one call; what the caller does is a list of (prompt, delay, keys).

    Each entry waits for the beginning of that prompt, counted from the entry before, and acts so many
    seconds later.
    """

    def __init__(self, caller, doings):
        self.info = PortInfo(PORT, Kind.FXO, "fake")
        self.clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        self.journal = Journal(self.clock)
        self.log = []
        self.journal.subscribe(self.log.append)
        self.call = Call(
            "call-1", self, self, self.clock, self.journal, LineProfile(), started=self.clock.now()
        )
        self.call.on_caller(caller)
        self.call.on_ring(False, 2)
        self.doings = list(doings)
        self.seen = 0
        self.queue, self.told, self.refs = [], [], itertools.count(1)
        self.recording = None
        self.listeners = []
        self.taken = False

    # what Call asks of its line and channel

    def answer(self, call):
        call.on_connected(self.clock.now())

    def hang_up(self, call, cause):
        if call.cause is None:
            call.on_ended(self.clock.now(), cause)

    def sounding(self, call, playing):
        pass

    def play(self, sound, *, stop_on="", loop=False):
        self.queue.append(Playing(next(self.refs), sound, stop_on))
        return self.queue[-1]

    def subscribe(self, listener):
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def record_message(self, sink):
        self.recording = Recording(self, sink)
        return self.recording

    def stop(self):
        self.told += [
            events.PlayDone(self.clock.now(), PORT, p.ref, "stopped", Samples(0)) for p in self.queue
        ]
        self.queue.clear()

    # what the caller and time do

    def take(self):
        """An operator takes the call."""
        self.taken = True
        self.operator = asyncio.ensure_future(self.call.answer(by="operator"))

    def press(self, keys):
        for key in keys:
            now = self.clock.now()
            while self.queue and key in self.queue[0].stop_on:
                done = self.queue.pop(0)
                self.told.append(events.PlayDone(now, PORT, done.ref, "digit", Samples(0)))
            self.call.on_event(events.DigitDown(now, PORT, key, now))
            self.call.on_event(events.DigitUp(now, PORT, key, Samples(400)))

    def idle(self, until):
        pass

    def step(self):
        self.clock.advance(self.clock.now() + TICK)
        told, self.told = self.told, []
        for event in told:
            self.call.on_event(event)
        if self.queue:
            self.queue[0].left -= TICK
            if self.queue[0].left <= 0:
                done = self.queue.pop(0)
                self.call.on_event(events.PlayDone(self.clock.now(), PORT, done.ref, "end", Samples(0)))
        if self.recording is not None:
            self.recording.tick()
        self._act()

    def _act(self):
        if not self.doings:
            return
        prompt, delay, keys = self.doings[0]
        begun = [e for e in self.log[self.seen :] if e.type == "call.prompt" and e.data["state"] == "started"]
        begun = [e for e in begun if e.data["prompt"] == prompt]
        if begun and self.clock.now() >= begun[0].at + seconds(delay):
            self.doings.pop(0)
            self.seen = self.log.index(begun[0]) + 1
            if callable(keys):
                keys(self)
            elif keys == HANGUP:
                self.call.on_ended(self.clock.now(), Cause.REMOTE_BUSY_TONE)
            else:
                self.press(keys)

    # what a test looks at

    @property
    def prompts(self):
        """(prompt, language) of each that began."""
        return [
            (e.data["prompt"], e.data["lang"])
            for e in self.log
            if e.type == "call.prompt" and e.data["state"] == "started"
        ]

    @property
    def names(self):
        return [prompt for prompt, _ in self.prompts]

    @property
    def choices(self):
        return [(e.data["key"], e.data["result"]) for e in self.log if e.type == "call.choice"]

    @property
    def errors(self):
        return [e.data["error"] for e in self.log if e.type == "call.step" and "error" in e.data]


def speak(length):
    """What a caller does who speaks for so many seconds."""

    def begin(line):
        now = line.clock.now()
        line.call.on_event(events.VoiceOn(now, PORT, now))
        line.clock.call_after(seconds(length), lambda: end(line))

    def end(line):
        now = line.clock.now()
        line.call.on_event(events.VoiceOff(now, PORT, now))

    return begin


def serve(script, *doings, caller=None, folder=None, limit=600.0):
    """Runs a script to the end of its call; OutOfTime after `limit` seconds of audio."""
    line = Line(caller or Caller("5551234", "ANN"), doings)
    services = None
    if folder is not None:
        data, line.kept, ids = DataFolder(folder), Kept(), Ids(7)
        boxes = Mailboxes(data, line.kept, line.clock, ids)
        services = Services(boxes, data, line.kept, line.clock, ids)

    run_virtual(run(script, line.call, services), line, limit=seconds(limit))
    assert line.call.state is (CallState.CONNECTED if line.taken else CallState.ENDED)
    return line


MENU = """\
  main:
    - answer: {after_rings: 1}
    - play: welcome
    - goto: top
  top:
    - menu:
        prompt: menu
        choices: {"1": one, "10": ten, "9": repeat}
        on_invalid: {play: wrong}
        on_noinput: {play: still}
        on_exhausted: end
  one: [{play: hello}, {goto: end}]
  ten: [{play: beep}, {goto: end}]
  end: [{play: bye}, {hangup: {}}]
"""


def test_key_during_the_prompt_stops_it_and_is_taken(bench):
    line = serve(bench.load(MENU), ("menu", 0.05, "9"), ("menu", 0.05, "1"))
    assert line.names == ["welcome", "menu", "menu", "hello", "bye"]
    ends = [e.data["reason"] for e in line.log if e.type == "call.prompt" and e.data["state"] == "ended"]
    assert ends == ["end", "digit", "digit", "end", "end"]
    assert line.choices == [("9", "match"), ("1", "match")]
    assert line.call.cause is Cause.LOCAL_SCRIPT


def test_key_typed_ahead_in_an_earlier_prompt_is_never_lost(bench):
    line = serve(bench.load(MENU), ("welcome", 0.02, "9"), ("menu", 0.02, "1"))
    assert line.choices == [("9", "match"), ("1", "match")]
    line = serve(bench.load(MENU), ("welcome", 0.02, "910"))
    assert line.choices == [("9", "match"), ("10", "match")]
    assert line.names[-2:] == ["beep", "bye"]


def test_prompt_with_bargein_off_is_played_out_and_the_key_is_kept(bench):
    script = bench.load(MENU.replace("play: welcome", "play: {prompt: welcome, bargein: false}"))
    line = serve(script, ("welcome", 0.02, "9"), ("menu", 0.5, "1"))
    reasons = [(e.data["prompt"], e.data["reason"]) for e in line.log if e.data.get("state") == "ended"]
    assert reasons[0] == ("welcome", "end")
    assert line.choices[0] == ("9", "match")


def test_key_that_could_go_on_waits_for_the_next_and_a_pause_decides(bench):
    one = serve(bench.load(MENU), ("menu", 0.5, "1"))
    assert "hello" in one.names
    ten = serve(bench.load(MENU), ("menu", 0.5, "10"))
    assert "beep" in ten.names


def test_wrong_keys_and_silences_are_counted_apart(bench):
    line = serve(bench.load(MENU), ("menu", 0.5, "5"), ("menu", 0.5, "7"))
    assert line.choices == [
        ("5", "invalid"),
        ("7", "invalid"),
        ("", "noinput"),
        ("", "noinput"),
        ("", "noinput"),
    ]
    assert line.names == ["welcome", *["menu", "wrong"] * 2, *["menu", "still"] * 2, "menu", "bye"]


def test_three_wrong_keys_are_the_end(bench):
    line = serve(bench.load(MENU), ("menu", 0.5, "5"), ("menu", 0.5, "5"), ("menu", 0.5, "5"))
    assert [result for _, result in line.choices] == ["invalid"] * 3
    assert line.names[-1] == "bye"


def test_silent_caller_reaches_the_end_in_bounded_time(bench):
    line = serve(bench.load(MENU), limit=30)
    assert [result for _, result in line.choices] == ["noinput"] * 3


GATHER = """\
  main:
    - answer: {}
    - gather: {prompt: menu, digits: %s, into: number, on_invalid: {play: wrong}, on_exhausted: continue}
    - say: {prompt: your-number, with: {number: "{number}"}, on_empty: {play: withheld}}
"""


@pytest.mark.parametrize(
    ("digits", "keys", "spoken"),
    [
        ("4-8", "1234#", "1234"),  # ended by the finishing key
        ("4-8", "12345678", "12345678"),  # ended by the eighth
        ("4-8", "12345", "12345"),  # ended by the pause
        ("4", "0012", "0012"),
        ("1", "7", "7"),
    ],
)
def test_entry_ends_at_the_most_at_the_finish_key_or_after_a_pause(bench, digits, keys, spoken):
    line = serve(bench.load(GATHER % digits), ("menu", 0.05, keys))
    assert line.choices == [(spoken, "match")]
    assert line.names == ["menu", "your-number"]


@pytest.mark.parametrize("keys", ["12#", "#", "12*", "123"])
def test_entry_that_is_too_short_or_no_number_is_invalid_and_asked_again(bench, keys):
    line = serve(bench.load(GATHER % "4-8"), ("menu", 0.05, keys), ("menu", 0.05, "4321#"))
    assert [result for _, result in line.choices] == ["invalid", "match"]
    assert line.names == ["menu", "wrong", "menu", "your-number"]


def test_gather_that_continues_leaves_the_variable_empty(bench):
    line = serve(bench.load(GATHER % "4-8"))
    assert line.names == ["menu", "menu", "menu", "withheld"]


SAY = """\
  main:
    - answer: {}
    - gather: {prompt: menu, digits: 1, into: k, retries: 1, on_exhausted: continue}
    - language: {from: k, map: {"1": en-US, "2": zh-CN}, otherwise: keep}
    - say: {prompt: your-number, with: {number: "{caller.number}"}, on_empty: {play: withheld}}
"""


@pytest.mark.parametrize(("key", "language"), [("1", "en-US"), ("2", "zh-CN"), ("3", "en-US"), ("", "en-US")])
def test_language_follows_the_key_and_digits_are_spoken_in_it(bench, key, language):
    script = bench.load(SAY)
    line = serve(script, ("menu", 0.05, key), caller=Caller("+1 (555) 12*"))
    assert line.prompts[-1] == ("your-number", language)
    ids = [sound.id for sound in script.prompts.say(language, "your-number", {"number": "+1 (555) 12*"})]
    assert ids == ["your-number-is", *[f"digits/{d}" for d in "155512"], "digits/star"]


@pytest.mark.parametrize("number", [None, "", "anonymous"])
def test_number_that_cannot_be_said_takes_the_other_way(bench, number):
    line = serve(bench.load(SAY), caller=Caller(number, None, "private"))
    assert line.names == ["menu", "withheld"]


def test_prompt_missing_in_a_language_is_heard_in_the_next(bench):
    bench.wav("zh-CN", "welcome").unlink()
    text = SAY.replace("    - say", "    - play: welcome\n    - say")
    line = serve(bench.load(text), ("menu", 0.05, "2"))
    assert line.prompts[-2:] == [("welcome", "en-US"), ("your-number", "zh-CN")]


FAILING = "say: {prompt: your-number, with: {number: '{caller.number}'}}"


def failing(bench, on_error):
    """A script whose `say` fails: the number is withheld and `on_empty` is missing."""
    flows = f"  main: [{{answer: {{}}}}, {{{FAILING}}}]\n"
    if on_error:
        flows += f"  sorry: [{{play: sorry}}, {{goto: again}}]\n  again: [{{{FAILING}}}]\n"
    return bench.load(flows, f"ivr: 1\nname: t\nlanguages: [en-US]\nstart: main\n{on_error}flows:\n")


def test_failing_verb_goes_to_on_error_and_failures_are_counted_out(bench):
    line = serve(failing(bench, "on_error: sorry\n"), caller=Caller(None))
    assert line.names == ["sorry", "sorry"]
    assert len(line.errors) == 3
    assert line.call.cause is Cause.ERROR


def test_failing_verb_without_on_error_ends_the_call(bench):
    line = serve(failing(bench, ""), caller=Caller(None))
    assert len(line.errors) == 1
    assert line.call.cause is Cause.ERROR


def test_script_that_would_go_round_for_ever_is_stopped(bench):
    """Not reached by a script that `check` passes: the interpreter does not rely on it."""
    script = bench.load("  main: [{answer: {}}, {goto: a}]\n  a: [{hangup: {}}]\n")
    flow = script.flows["a"]
    goto = script.flows["main"].steps[1]
    line = serve(replace(script, flows={**script.flows, "a": replace(flow, steps=(goto,))}))
    assert line.call.cause is Cause.ERROR
    assert "steps" in line.errors[0]


@pytest.mark.parametrize("prompt", ["welcome", "menu", "wrong", "still"])
def test_hang_up_anywhere_ends_the_run(bench, prompt):
    doings = [("menu", 0.5, "5")] if prompt == "wrong" else []
    line = serve(bench.load(MENU), *doings, (prompt, 0.02, HANGUP))
    assert line.call.cause is Cause.REMOTE_BUSY_TONE
    assert line.names[-1] == prompt


def test_hang_up_while_waiting_for_a_key_ends_the_run(bench):
    line = serve(bench.load(MENU), ("menu", 1.5, HANGUP))
    assert line.call.cause is Cause.REMOTE_BUSY_TONE
    assert line.choices == []


def test_every_step_is_noted_with_its_flow_and_line(bench):
    line = serve(bench.load(MENU), ("menu", 0.5, "1"))
    steps = [(e.data["flow"], e.data["verb"], e.data["line"]) for e in line.log if e.type == "call.step"]
    assert steps == [
        ("main", "answer", 7),
        ("main", "play", 8),
        ("main", "goto", 9),
        ("top", "menu", 11),
        ("one", "play", 17),
        ("one", "goto", 17),
        ("end", "play", 19),
        ("end", "hangup", 19),
    ]


def test_flow_that_ends_without_hangup_hangs_up(bench):
    line = serve(bench.load("  main: [{answer: {}}, {play: hello}]\n"))
    assert line.call.cause is Cause.LOCAL_SCRIPT


def walked(keys):
    """Where keys lead in six levels: 1 down, 8 back, 0 top; the third wrong key in one menu is the end."""
    level, visited, wrong = 1, ["l1"], 0
    for key in keys:
        if key in "180":
            level = {"1": min(level + 1, 6), "8": max(level - 1, 1), "0": 1}[key]
            visited.append(f"l{level}")
            wrong = 0
        else:
            wrong += 1
            if wrong == 3:
                break
    return visited


def test_iv_3_a_thousand_walks_through_six_levels_go_where_the_keys_say_and_end(bench):
    choices = "{{'1': l{down}, '8': l{up}, '0': l1}}"
    level = "  l{n}: [{{menu: {{prompt: menu, choices: " + choices + ", on_exhausted: end}}}}]\n"
    levels = "".join(level.format(n=n, down=min(n + 1, 6), up=max(n - 1, 1)) for n in range(1, 7))
    head = HEAD.replace("flows:", "defaults: {timeout: 200ms, on_exhausted: end}\nflows:")
    script = bench.load("  main: [{answer: {}}, {goto: l1}]\n" + levels + "  end: [{play: bye}]\n", head)
    chance = random.Random(7)
    for _ in range(1000):
        keys = [chance.choice("1118805#") for _ in range(chance.randint(0, 12))]
        line = serve(script, *[("menu", 0.02, key) for key in keys], limit=60)
        menus = [e.data["flow"] for e in line.log if e.type == "call.step" and e.data["verb"] == "menu"]
        assert menus == walked(keys), keys
        assert line.names[-1] == "bye"


VOICEMAIL = """\
  main:
    - answer: {}
    - voicemail:
        {box: desk, greeting: hello, saved: menu, silence: 3s, escape: {"0": other}, on_empty: {play: wrong}}
    - goto: end
  other: [{play: still}]
  end: [{play: bye}]
"""


def test_message_is_taken_kept_and_confirmed(bench, tmp_path):
    line = serve(bench.load(VOICEMAIL), ("hello", 0.7, speak(2)), folder=tmp_path / "data")
    assert line.names == ["hello", "menu", "bye"]
    (row,) = line.kept.rows
    assert isinstance(row, MessageRow)
    assert (row.box, row.number) == ("desk", "5551234")
    assert read_wav(row.path).frames == row.samples
    assert 1.8 * 8000 < row.samples < 3 * 8000


def test_message_without_a_word_is_not_confirmed(bench, tmp_path):
    line = serve(bench.load(VOICEMAIL), folder=tmp_path / "data")
    assert line.names == ["hello", "wrong", "bye"]
    assert line.kept.rows == []


def test_key_skips_the_greeting_and_ends_the_message(bench, tmp_path):
    def speak_and_end(line):
        line.press("#")
        line.clock.call_after(seconds(0.6), lambda: speak(5)(line))
        line.clock.call_after(seconds(2.6), lambda: line.press("#"))

    line = serve(bench.load(VOICEMAIL), ("hello", 0.02, speak_and_end), folder=tmp_path / "data")
    ended = [e.data["reason"] for e in line.log if e.type == "call.prompt" and e.data["state"] == "ended"]
    assert ended == ["digit", "end", "end"]
    assert 1.5 * 8000 < line.kept.rows[0].samples < 2.5 * 8000
    assert line.clock.now() < seconds(4)


def test_escape_key_during_the_greeting_leads_away(bench, tmp_path):
    line = serve(bench.load(VOICEMAIL), ("hello", 0.02, "0"), folder=tmp_path / "data")
    assert line.names == ["hello", "still"]
    assert line.kept.rows == []


def test_hang_up_in_the_message_keeps_what_was_said(bench, tmp_path):
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


def test_record_keeps_a_clip_with_the_call(bench, tmp_path):
    line = serve(bench.load(RECORD), ("hello", 0.7, speak(1.5)), folder=tmp_path / "data")
    assert line.names == ["hello", "bye"]
    (row,) = line.kept.rows
    assert isinstance(row, RecordingRow)
    assert (row.call, row.state) == ("call-1", "closed")
    assert read_wav(row.path).frames == row.samples
    told = [e.data for e in line.log if e.type == "call.recording"]
    assert told == [{"recording": row.id, "path": row.path, "state": "closed"}]


def test_record_of_silence_keeps_nothing(bench, tmp_path):
    line = serve(bench.load(RECORD), folder=tmp_path / "data")
    assert line.names == ["hello", "wrong", "bye"]
    assert line.kept.rows == []


def test_nothing_is_noted_after_the_end_of_the_call(bench, tmp_path):
    for script, prompt in ((VOICEMAIL, "hello"), (RECORD, "hello"), (MENU, "menu")):
        ended = []

        def leave(line, ended=ended):
            line.call.on_ended(line.clock.now(), Cause.REMOTE_LOOP_BREAK)
            ended.append(len(line.log))

        line = serve(bench.load(script), (prompt, 0.05, leave), folder=tmp_path / prompt / script[8:12])
        assert len(line.log) == ended[0]


@pytest.mark.parametrize(
    ("script", "prompt", "delay"), [(MENU, "welcome", 0.05), (MENU, "menu", 1), (VOICEMAIL, "hello", 2)]
)
def test_script_lets_go_of_a_call_that_an_operator_takes(bench, tmp_path, script, prompt, delay):
    line = serve(bench.load(script), (prompt, delay, Line.take), folder=tmp_path / "data")
    assert line.call.answered_by == "operator"
    assert line.names[-1] == prompt
    assert not line.queue
