"""The interpreter on a real `Call` (`one_call.py`): menus, keys, languages, failures and ends."""

import random
from dataclasses import replace

import pytest

from ctidrv.callcontrol.call import Caller
from ctidrv.callcontrol.causes import Cause

HANGUP = "hang up"
HEAD = "ivr: 1\nname: test\nlanguages: [en-US, zh-CN]\nstart: main\nflows:\n"

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


def test_key_during_the_prompt_stops_it_and_is_taken(bench, serve):
    line = serve(bench.load(MENU), ("menu", 0.05, "9"), ("menu", 0.05, "1"))
    assert line.names == ["welcome", "menu", "menu", "hello", "bye"]
    ends = [e.data["reason"] for e in line.log if e.type == "call.prompt" and e.data["state"] == "ended"]
    assert ends == ["end", "digit", "digit", "end", "end"]
    assert line.choices == [("9", "match"), ("1", "match")]
    assert line.call.cause is Cause.LOCAL_SCRIPT


def test_key_typed_ahead_in_an_earlier_prompt_is_never_lost(bench, serve):
    line = serve(bench.load(MENU), ("welcome", 0.02, "9"), ("menu", 0.02, "1"))
    assert line.choices == [("9", "match"), ("1", "match")]
    line = serve(bench.load(MENU), ("welcome", 0.02, "910"))
    assert line.choices == [("9", "match"), ("10", "match")]
    assert line.names[-2:] == ["beep", "bye"]


def test_prompt_with_bargein_off_is_played_out_and_the_key_is_kept(bench, serve):
    script = bench.load(MENU.replace("play: welcome", "play: {prompt: welcome, bargein: false}"))
    line = serve(script, ("welcome", 0.02, "9"), ("menu", 0.5, "1"))
    reasons = [(e.data["prompt"], e.data["reason"]) for e in line.log if e.data.get("state") == "ended"]
    assert reasons[0] == ("welcome", "end")
    assert line.choices[0] == ("9", "match")


def test_key_that_could_go_on_waits_for_the_next_and_a_pause_decides(bench, serve):
    one = serve(bench.load(MENU), ("menu", 0.5, "1"))
    assert "hello" in one.names
    ten = serve(bench.load(MENU), ("menu", 0.5, "10"))
    assert "beep" in ten.names


def test_wrong_keys_and_silences_are_counted_apart(bench, serve):
    line = serve(bench.load(MENU), ("menu", 0.5, "5"), ("menu", 0.5, "7"))
    assert line.choices == [
        ("5", "invalid"),
        ("7", "invalid"),
        ("", "noinput"),
        ("", "noinput"),
        ("", "noinput"),
    ]
    assert line.names == ["welcome", *["menu", "wrong"] * 2, *["menu", "still"] * 2, "menu", "bye"]


def test_three_wrong_keys_are_the_end(bench, serve):
    line = serve(bench.load(MENU), ("menu", 0.5, "5"), ("menu", 0.5, "5"), ("menu", 0.5, "5"))
    assert [result for _, result in line.choices] == ["invalid"] * 3
    assert line.names[-1] == "bye"


def test_silent_caller_reaches_the_end_in_bounded_time(bench, serve):
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
def test_entry_ends_at_the_most_at_the_finish_key_or_after_a_pause(bench, digits, keys, spoken, serve):
    line = serve(bench.load(GATHER % digits), ("menu", 0.05, keys))
    assert line.choices == [(spoken, "match")]
    assert line.names == ["menu", "your-number"]


@pytest.mark.parametrize("keys", ["12#", "#", "12*", "123"])
def test_entry_that_is_too_short_or_no_number_is_invalid_and_asked_again(bench, keys, serve):
    line = serve(bench.load(GATHER % "4-8"), ("menu", 0.05, keys), ("menu", 0.05, "4321#"))
    assert [result for _, result in line.choices] == ["invalid", "match"]
    assert line.names == ["menu", "wrong", "menu", "your-number"]


def test_gather_that_continues_leaves_the_variable_empty(bench, serve):
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
def test_language_follows_the_key_and_digits_are_spoken_in_it(bench, key, language, serve):
    script = bench.load(SAY)
    line = serve(script, ("menu", 0.05, key), caller=Caller("+1 (555) 12*"))
    assert line.prompts[-1] == ("your-number", language)
    ids = [sound.id for sound in script.prompts.say(language, "your-number", {"number": "+1 (555) 12*"})]
    assert ids == ["your-number-is", *[f"digits/{d}" for d in "155512"], "digits/star"]


@pytest.mark.parametrize("number", [None, "", "anonymous"])
def test_number_that_cannot_be_said_takes_the_other_way(bench, number, serve):
    line = serve(bench.load(SAY), caller=Caller(number, None, "private"))
    assert line.names == ["menu", "withheld"]


def test_prompt_missing_in_a_language_is_heard_in_the_next(bench, serve):
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


def test_failing_verb_goes_to_on_error_and_failures_are_counted_out(bench, serve):
    line = serve(failing(bench, "on_error: sorry\n"), caller=Caller(None))
    assert line.names == ["sorry", "sorry"]
    assert len(line.errors) == 3
    assert line.call.cause is Cause.ERROR


def test_failing_verb_without_on_error_ends_the_call(bench, serve):
    line = serve(failing(bench, ""), caller=Caller(None))
    assert len(line.errors) == 1
    assert line.call.cause is Cause.ERROR


def test_script_that_would_go_round_for_ever_is_stopped(bench, serve):
    """Not reached by a script that `check` passes: the interpreter does not rely on it."""
    script = bench.load("  main: [{answer: {}}, {goto: a}]\n  a: [{hangup: {}}]\n")
    flow = script.flows["a"]
    goto = script.flows["main"].steps[1]
    line = serve(replace(script, flows={**script.flows, "a": replace(flow, steps=(goto,))}))
    assert line.call.cause is Cause.ERROR
    assert "steps" in line.errors[0]


@pytest.mark.parametrize("prompt", ["welcome", "menu", "wrong", "still"])
def test_hang_up_anywhere_ends_the_run(bench, prompt, serve):
    doings = [("menu", 0.5, "5")] if prompt == "wrong" else []
    line = serve(bench.load(MENU), *doings, (prompt, 0.02, HANGUP))
    assert line.call.cause is Cause.REMOTE_BUSY_TONE
    assert line.names[-1] == prompt


def test_hang_up_while_waiting_for_a_key_ends_the_run(bench, serve):
    line = serve(bench.load(MENU), ("menu", 1.5, HANGUP))
    assert line.call.cause is Cause.REMOTE_BUSY_TONE
    assert line.choices == []


def test_every_step_is_noted_with_its_flow_and_line(bench, serve):
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


def test_flow_that_ends_without_hangup_hangs_up(bench, serve):
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


def test_iv_3_a_thousand_walks_through_six_levels_go_where_the_keys_say_and_end(bench, serve):
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


@pytest.mark.parametrize(("prompt", "delay"), [("welcome", 0.05), ("menu", 1)])
def test_script_lets_go_of_a_call_that_an_operator_takes(bench, serve, prompt, delay):
    line = serve(bench.load(MENU), (prompt, delay, lambda line: line.take()))
    assert line.call.answered_by == "operator"
    assert line.names[-1] == prompt
    assert not line.queue


def test_nothing_is_noted_after_the_end_of_the_call(bench, serve):
    ended = []

    def leave(line):
        line.call.on_ended(line.clock.now(), Cause.REMOTE_LOOP_BREAK)
        ended.append(len(line.log))

    line = serve(bench.load(MENU), ("menu", 0.05, leave))
    assert len(line.log) == ended[0]
