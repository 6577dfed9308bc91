"""The interpreter's `set` and `if`, on a real `Call` (`one_call.py`)."""

import pytest

from ctidrv.callcontrol.call import Caller
from ctidrv.callcontrol.causes import Cause

PIN = """\
  main:
    - answer: {}
    - gather: {prompt: menu, digits: 1-4, into: pin, retries: 1, on_exhausted: continue}
    - if:
        cond: pin == null
        then:
          - play: still
          - goto: end
    - if:
        cond: pin in ['1', '2'] or pin == 42
        then: {play: hello}
        else: [{play: wrong}, {if: {cond: pin > 900, then: [{play: sorry}, {hangup: {}}]}}]
    - play: welcome
    - goto: end
  end: [{play: bye}]
"""


@pytest.mark.parametrize(
    ("keys", "heard"),
    [
        ("", ["still", "bye"]),
        ("1#", ["hello", "welcome", "bye"]),
        ("0042", ["hello", "welcome", "bye"]),
        ("7#", ["wrong", "welcome", "bye"]),
        ("0901", ["wrong", "sorry"]),
    ],
)
def test_if_goes_the_way_its_condition_says_and_on_behind_it(bench, serve, keys, heard):
    line = serve(bench.load(PIN), ("menu", 0.05, keys))
    assert line.names == ["menu", *heard]
    assert line.call.cause is Cause.LOCAL_SCRIPT
    assert line.errors == []


def test_each_step_within_an_if_is_noted_with_its_line_and_the_condition_with_its_answer(bench, serve):
    line = serve(bench.load(PIN), ("menu", 0.05, "0901"))
    steps = [(e.data["verb"], e.data["line"], e.data.get("cond")) for e in line.log if e.type == "call.step"]
    assert steps == [
        ("answer", 7, None),
        ("gather", 8, None),
        ("if", 9, False),
        ("if", 14, False),
        ("play", 17, None),
        ("if", 17, True),
        ("play", 17, None),
        ("hangup", 17, None),
    ]


SET = """\
  main:
    - answer: {}
    - set: {count: 3, half: 2.5, vip: "{caller.number == '5551234'}", who: "{caller.name}", none: null}
    - set: {said: "{count}/{half}/{vip}/{who}/{none}", count: "{caller.number}", copy: "{count}"}
    - if: {cond: "vip and copy == caller.number", then: {play: hello}, else: {play: wrong}}
    - say: {prompt: your-number, with: {number: "0{count}"}}
"""


def set_values(line):
    return [e.data["set"] for e in line.log if e.type == "call.step" and e.data["verb"] == "set"]


def test_set_keeps_kinds_and_puts_texts_together_in_order(bench, serve):
    script = bench.load(SET)
    line = serve(script)
    assert set_values(line) == [
        {"count": 3, "half": 2.5, "vip": True, "who": "ANN", "none": None},
        {"said": "3/2.5/true/ANN/", "count": "5551234", "copy": "5551234"},
    ]
    assert line.names == ["hello", "your-number"]
    line = serve(script, caller=Caller(None))
    assert set_values(line)[1] == {"said": "3/2.5/false//", "count": None, "copy": None}
    assert line.names == ["wrong", "your-number"]


def test_language_follows_a_number_that_was_set(bench, serve):
    script = bench.load(
        "  main:\n    - answer: {}\n    - set: {k: 2}\n"
        "    - language: {from: k, map: {'2': zh-CN}}\n    - play: bye\n"
    )
    assert serve(script).prompts == [("bye", "zh-CN")]


def test_text_that_grows_at_every_turn_is_a_failure_and_the_call_goes_to_on_error(bench, serve):
    flows = (
        "  main: [{answer: {}}, {set: {a: ten-letters}}, {goto: top}]\n"
        "  top: [{set: {a: '{a}{a}'}}, {menu: {prompt: menu, choices: {'1': top}, on_exhausted: end}}]\n"
        "  end: [{play: bye}]\n"
    )
    head = "ivr: 1\nname: t\nlanguages: [en-US]\nstart: main\non_error: end\nflows:\n"
    line = serve(bench.load(flows, head), *[("menu", 0.05, "1")] * 20)
    assert len(line.errors) == 1
    assert "more than 1000 characters" in line.errors[0]
    assert line.names[-1] == "bye"


@pytest.mark.parametrize(("keys", "heard"), [("1", ["hello", "sorry"]), ("2", ["hello", "still"])])
def test_menus_within_an_if_lead_on(bench, serve, keys, heard):
    script = bench.load(
        "  main:\n    - answer: {}\n    - if:\n        cond: caller.number != null\n        then:\n"
        "          - play: hello\n"
        "          - menu: {prompt: menu, choices: {'1': one, '2': two}, on_exhausted: one}\n"
        "    - play: bye\n"
        "  one: [{play: sorry}]\n  two: [{play: still}]\n"
    )
    assert [name for name in serve(script, ("menu", 0.05, keys)).names if name != "menu"] == heard


BOX = """\
  main:
    - answer: {}
    - if:
        cond: caller.number != null
        then: {voicemail: {box: desk, greeting: hello, on_empty: {play: wrong}}}
    - %s
  end: [{play: bye}]
"""


@pytest.mark.parametrize(
    ("after", "number", "heard"),
    [
        ("goto: end", "1", ["hello", "wrong", "bye"]),
        ("if: {cond: caller.number == null, then: {goto: end}}", "1", ["hello", "wrong"]),
        ("if: {cond: caller.number == null, then: {goto: end}}", None, ["bye"]),
    ],
)
def test_voicemail_within_an_if_ends_the_flow_unless_a_goto_follows(
    bench, tmp_path, serve, after, number, heard
):
    line = serve(bench.load(BOX % after), caller=Caller(number), folder=tmp_path / "data")
    assert line.names == heard


def test_if_before_answer_decides_how_a_call_is_taken(bench, serve):
    script = bench.load(
        "  main: [{if: {cond: caller.number == null, then: {goto: refuse}}}, {answer: {}}, {play: hello}]\n"
        "  refuse: [{answer: {}}, {play: sorry}]\n"
    )
    assert serve(script).names == ["hello"]
    assert serve(script, caller=Caller(None)).names == ["sorry"]
