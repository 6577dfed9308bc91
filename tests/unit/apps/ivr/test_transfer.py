"""The verb `transfer`: what `check` says, what the switchboard is asked, and where the call goes on."""

import pytest

from ctidrv.apps.ivr import ScriptErrors, check_seats
from ctidrv.callcontrol.call import Caller
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.units import seconds

DESK = """\
  main:
    - answer: {}
    - gather: {prompt: menu, digits: 2, into: ext, retries: 1, on_exhausted: continue}
    - language: {from: ext, map: {"08": zh-CN}}
    - transfer:
        to: ["{ext}", Li Mei, sales]
        ring: 12s
        moh: [hello, still]
        screen_pop: {number: "{caller.number}", said: "{caller.name} for {ext}", ext: "{ext}"}
        into: t
    - if: {cond: "t.status == 'answered'", then: [{goto: end}]}
    - if: {cond: "t.status in ['busy', 'no-answer']", then: [{play: wrong}], else: [{play: sorry}]}
  end: [{play: bye}]
"""


@pytest.mark.parametrize(
    ("reached", "heard"),
    [
        (Reached.ANSWERED, ["menu", "bye"]),
        (Reached.BUSY, ["menu", "wrong"]),
        (Reached.NO_ANSWER, ["menu", "wrong"]),
        (Reached.FAILED, ["menu", "sorry"]),
    ],
)
def test_script_goes_on_by_what_came_of_it(bench, tmp_path, serve, reached, heard):
    line = serve(bench.load(DESK), ("menu", 0.05, "08"), folder=tmp_path / "data", reaches=[reached])
    assert line.names == heard
    assert line.errors == []


def test_switchboard_is_asked_with_the_values_of_the_call(bench, tmp_path, serve):
    script = bench.load(DESK)
    line = serve(script, ("menu", 0.05, "08"), folder=tmp_path / "data", reaches=[Reached.BUSY])
    ((to, how),) = line.connected
    assert to == ["08", "Li Mei", "sales"]
    assert (how["ring"], how["language"]) == (seconds(12), "zh-CN")
    assert how["card"] == {"number": "5551234", "said": "ANN for 08", "ext": "08"}
    assert how["music"] == [script.prompts.sound("zh-CN", name) for name in ("hello", "still")]


def test_what_is_not_known_is_not_on_the_card_and_without_moh_the_caller_hears_ringback(
    bench, tmp_path, serve
):
    script = bench.load(DESK.replace("        moh: [hello, still]\n", ""))
    line = serve(script, caller=Caller(None), folder=tmp_path / "data", reaches=[Reached.FAILED])
    ((to, how),) = line.connected
    assert to == ["", "Li Mei", "sales"]
    assert how["card"] == {"said": " for "}
    assert how["music"] == []


@pytest.mark.parametrize("told", ["pbx:9W0900123456", "tel:0900123456", "box:../../x"])
def test_a_caller_whose_name_is_a_way_out_is_not_given_it(bench, tmp_path, serve, told):
    flow = "{answer: {}}, {transfer: {to: ['{caller.name}', 'pbx:{caller.number}'], into: t}}"
    script, caller = bench.load(f"  main: [{flow}]\n"), Caller("204", told)
    line = serve(script, caller=caller, folder=tmp_path / "data", reaches=[Reached.FAILED])
    ((to, _),) = line.connected
    assert to == ["pbx:204"]


def test_what_is_announced_is_heard_before_anything_rings(bench, tmp_path, serve):
    flow = "{answer: {}}, {transfer: {to: sales, announce: [hello, still], into: t}}, {play: bye}"
    line = serve(bench.load(f"  main: [{flow}]\n"), folder=tmp_path / "data", reaches=[Reached.BUSY])
    assert line.names == ["hello still", "bye"]
    ended = next(e for e in line.log if e.type == "call.prompt" and e.data["state"] == "ended")
    assert ended.data["reason"] == "end"
    assert len(line.connected) == 1


def test_caller_who_leaves_meanwhile_ends_the_run(bench, tmp_path, serve):
    script = bench.load(
        "  main:\n    - answer: {}\n    - play: hello\n    - transfer: sales\n    - play: bye\n"
    )

    def leave_soon(line):
        line.clock.call_after(
            seconds(0.3), lambda: line.call.on_ended(line.clock.now(), Cause.REMOTE_BUSY_TONE)
        )

    line = serve(script, ("hello", 0.02, leave_soon), folder=tmp_path / "data", reaches=[Reached.ANSWERED])
    assert line.names == ["hello"]
    assert len(line.connected) == 1
    assert line.call.cause is Cause.REMOTE_BUSY_TONE


@pytest.mark.parametrize(
    ("step", "place", "words"),
    [
        ("transfer: {ring: 20s}", (8, 7), "`transfer` needs `to`"),
        ("transfer: {to: []}", (8, 22), "`to` is empty"),
        ("transfer: {to: 08}", (8, 22), 'in quotes, such as "08"'),
        ("transfer: {to: [sales, 8]}", (8, 30), 'in quotes, such as "08"'),
        ("transfer: {to: ['{ext}']}", (8, 25), "nothing in this script sets `ext`"),
        ("transfer: {to: sales, ring: 20}", (8, 35), "write 20s"),
        ("transfer: {to: sales, moh: musik}", (8, 34), "prompt `musik` is missing"),
        ("transfer: {to: sales, announce: helo}", (8, 39), "prompt `helo` is missing"),
        ("transfer: {to: sales, announce: {prompt: helo}}", (8, 48), "prompt `helo` is missing"),
        ("transfer: {to: sales, announce: {every: 30s}}", (8, 40), "`announce` has no `every`"),
        ("transfer: {to: sales, announce: {position: 30s}}", (8, 50), "nobody waits in a `transfer`"),
        ("transfer: {to: sales, screen_pop: {a: '{b'}}", (8, 46), "`{` alone"),
        ("transfer: {to: sales, screen_pop: {a: '{b}'}}", (8, 47), "nothing in this script sets `b`"),
        ("transfer: {to: sales, into: my t}", (8, 35), "name of a variable"),
    ],
)
def test_wrong_transfer_is_named_with_line_and_column(bench, step, place, words):
    found = bench.flows(f"  main:\n    - answer: {{}}\n    - {step}\n")
    assert any((f.line, f.column) == place and words in f.message for f in found), [str(f) for f in found]


@pytest.mark.parametrize(
    "step",
    [
        "transfer: sales",
        "transfer: ['08', Li Mei]",
        "transfer: {to: sales, moh: music/calm, announce: hello}",
    ],
)
def test_short_forms_are_as_good(bench, step):
    assert bench.flows(f"  main:\n    - answer: {{}}\n    - {step}\n") == []


def test_status_that_never_is_is_named_with_the_right_word(bench):
    text = "  main:\n    - answer: {}\n    - transfer: {to: sales, into: t}\n"
    (finding,) = bench.flows(text + "    - if: {cond: \"t.status == 'answerd'\", then: [{play: bye}]}\n")
    assert (finding.line, finding.severity) == (9, "error")
    assert "did you mean `answered`" in finding.message
    (finding,) = bench.flows(text + "    - if: {cond: \"t == 'answered'\", then: [{play: bye}]}\n")
    assert "did you mean `t.status`" in finding.message


def test_status_before_any_transfer_is_null(bench):
    early = "{if: {cond: t.status == null, then: {play: hello}}}"
    (finding,) = bench.flows(f"  main: [{{answer: {{}}}}, {early}, {{transfer: {{to: a, into: t}}}}]\n")
    assert "`t.status` is null here" in finding.message


def test_transfer_needs_an_answered_call_and_closes_no_circle(bench):
    (finding,) = bench.flows("  main: [{transfer: sales}, {answer: {}}]\n")
    assert "`transfer` before `answer`" in finding.message
    (finding,) = bench.flows("  main: [{answer: {}}, {goto: a}]\n  a: [{transfer: sales}, {goto: a}]\n")
    assert "presses nothing: a → a" in finding.message


def test_seat_that_the_station_has_not_is_named_with_its_place(bench):
    script = bench.load(
        "  main:\n    - answer: {}\n"
        "    - if: {cond: caller.number == null, then: {transfer: [slaes, '08']}}\n"
    )
    with pytest.raises(ScriptErrors, match=r"test\.ivr\.yaml:8:59: error: .* `slaes`; did you mean `sales`"):
        check_seats(script, ["Li Mei", "08", "sales"])
    check_seats(script, ["slaes", "08"])
    check_seats(bench.load(DESK), ["Li Mei", "sales"])  # who is keyed is known when it is
