"""What `check` says of `set`, `if` and the names and comparisons in them."""

import pytest

GATHER = "    - gather: {prompt: menu, digits: 4-6, into: pin, on_exhausted: continue}\n"
END = "  end: [{play: bye}]\n"


def main(*steps):
    """A script of these steps, each a line from 8 on."""
    return "  main:\n    - answer: {}\n" + "".join(f"    - {step}\n" for step in steps)


def told(findings):
    return [(f.line, f.column, f.severity) for f in findings]


@pytest.mark.parametrize(
    "steps",
    [
        ["set: {vip: true, tries: 3, name: null, said: 'No {tries} of {caller.name}'}"],
        ["set: {vip: \"{caller.number == '555'}\"}", "if: {cond: vip, then: {play: hello}}"],
        ["if: {cond: caller.number == null, then: [{play: hello}, {play: bye}], else: {play: still}}"],
        ["if: {cond: \"caller.number in ['1', '2'] and caller.name != null\", then: [{hangup: {}}]}"],
        ["set: {a: 1, b: '{a}'}", "if: {cond: b == 1, then: {play: hello}}"],
        ["set: {a: x}", "if: {cond: a == null, then: {set: {a: y}}, else: {play: bye}}"],
        [GATHER.strip()[2:], "if: {cond: pin == null or pin == '0042' or pin > 100, then: {play: hello}}"],
    ],
)  # fmt: skip
def test_good_values_have_no_findings(bench, steps):
    assert bench.flows(main(*steps)) == []


@pytest.mark.parametrize(
    ("step", "place", "words"),
    [
        ("if: {cond: 'caller.nmber == null', then: {play: hello}}", (8, 19), "did you mean `caller.number`"),
        ("if: {cond: \"t.status == 'busy'\", then: {play: hello}}", (8, 19), "nothing in this script sets"),
        ("if: {cond: 'caller.number = 1', then: {play: hello}}", (8, 33), "written =="),
        ("if: {cond: caller.number = 1, then: {play: hello}}", (8, 32), "written =="),
        ('if: {cond: "caller.number == \\"1\\"", then: {play: hello}}', (8, 36), "single quotes"),
        ("if: {cond: 'caller.number == ''1', then: {play: hello}}", (8, 36), "without its closing"),
        ("if: {cond: '{caller.number} == 1', then: {play: hello}}", (8, 19), "without braces"),
        ("if: {cond: true, then: {play: hello}}", (8, 18), "not a condition in quotes"),
        ("if: {cond: 'true', then: {play: hello}}", (8, 19), "always the same"),
        ("if: {cond: caller.number, then: {play: hello}}", (8, 18), "compare it, caller.number != null"),
        ("if: {cond: not caller.number, then: {play: hello}}", (8, 22), "neither true nor false"),
        ("if: {cond: caller.number == true, then: {play: hello}}", (8, 32), "never equal to true"),
        ("if: {cond: caller.number == 5, then: {play: hello}}", (8, 32), "05 equals 5 too"),
        ("if: {cond: caller.number < null, then: {play: hello}}", (8, 34), "`<` compares numbers"),
        ("if: {cond: \"caller.number >= 'a'\", then: {play: hello}}", (8, 36), "'a' is none"),
        ("if: {cond: caller.number == null}", (8, 7), "`if` needs `then`"),
        ("if: {then: {play: hello}}", (8, 7), "`if` needs `cond`"),
        ("if: {cond: caller.number == null, then: []}", (8, 47), "an empty list of steps"),
        ("if: {cond: caller.number == null, then: hangup}", (8, 47), "a step is a mapping with one verb"),
        ("if: {cond: caller.number == null, then: {paly: x}}", (8, 48), "did you mean `play`"),
        ("if: {cond: caller.number == null, then: {play: hello}, esle: {play: x}}", (8, 62), "did you mean"),
        ("if: {cond: caller.number == null, then: {goto: mian}}", (8, 54), "did you mean `main`"),
        ("if: {cond: caller.number == null, then: {play: helo}}", (8, 54), "did you mean `hello`"),
        ("if: {cond: caller.number == null, then: {play: hello}, else: {say: your-number}}", (8, 74), "with"),
        ("set: {}", (8, 12), "`set` is empty"),
        ("set: {not: 1}", (8, 13), "name of a variable"),
        ("set: {caller.number: 1}", (8, 13), "name of a variable"),
        ("set: {a: [1]}", (8, 16), "a list is not a text"),
        ("set: {a: .5e999}", (8, 16), "not a number that can be kept"),
        ("set: {a: '{b}'}", (8, 18), "nothing in this script sets `b`"),
        ("set: {a: 'x } y'}", (8, 19), "`}` alone"),
        ("set: {a: 'x {a'}", (8, 19), "`{` alone"),
        ("set: {a: '{}'}", (8, 18), "missing before the end"),
        ("set: {a: '{a ==}'}", (8, 22), "missing before the end"),
        ("set: {b: '{a}', a: 1}", (8, 18), "`a` is null here"),
    ],
)  # fmt: skip
def test_wrong_value_is_named_with_line_and_column(bench, step, place, words):
    found = bench.flows(main(step))
    assert any((f.line, f.column) == place and words in f.message for f in found), [str(f) for f in found]


@pytest.mark.parametrize(
    ("cond", "severity", "words"),
    [
        ("pin == '123'", "error", "`pin` is 4 to 6 digits"),
        ("pin == 'abcd'", "error", "`pin` is 4 to 6 digits"),
        ("pin in ['1234', '1']", "error", "never equal to '1'"),
        ("pin == 1234", "warning", "write '1234'"),
        ("pin and pin != null", "error", "compare it, pin != null"),
        ("colour == 'gren'", "error", "did you mean `green`"),
        ("colour < 3", "error", "`<` compares numbers, and `colour` is none"),
        ("flag == 'yes'", "error", "never equal to 'yes'"),
        ("flag == 1", "error", "never equal to 1"),
        ("count == 'x'", "error", "never equal to 'x'"),
        ("copy == 'blue'", "error", "`copy` is green, red"),
    ],
)
def test_comparison_that_decides_nothing_is_named(bench, cond, severity, words):
    text = main(
        GATHER.strip()[2:],
        "set: {colour: red, flag: false, count: 7, copy: '{colour}'}",
        f'if: {{cond: "{cond}", then: [{{set: {{colour: green}}}}, {{play: hello}}]}}',
    )
    found = bench.flows(text)
    assert [(f.line, f.severity) for f in found] == [(10, severity)], [str(f) for f in found]
    assert words in found[0].message


def test_broken_step_within_an_if_hides_nothing_else(bench):
    found = bench.flows(
        "  main:\n    - answer: {}\n"
        "    - if:\n        cond: caller.number = null\n        then:\n          - ply: welcome\n"
        "          - play: welcme\n          - if: {cond: 'x', then: [{play: 7}]}\n"
        "        else:\n          - goto: nowhere\n"
    )
    assert [(f.line, f.message.split(";")[0].split(":")[0]) for f in found] == [
        (9, "`=`"),
        (11, "unknown verb `ply`"),
        (13, "a prompt id has to be text"),
    ]  # fmt: skip


def test_prompts_and_targets_within_a_broken_ifs_neighbours_are_still_looked_at(bench):
    found = bench.flows(
        main("if: {cond: caller.number == null, then: [{ply: x}, {goto: nowhere}, {play: helo}]}")
    )
    assert sorted(f.message.split(";")[0] for f in found if "zh-CN" not in f.message) == [
        "prompt `helo` is missing in en-US: no prompts/en-US/helo.wav",
        "there is no flow `nowhere`",
        "unknown verb `ply`",
    ]


def test_name_that_no_way_to_a_step_sets_is_null_there(bench):
    text = (
        "  main:\n    - answer: {}\n    - menu: {prompt: menu, choices: {'1': a, '2': b}, on_exhausted: b}\n"
        "  a: [{set: {who: ann}}, {goto: end}]\n"
        "  b: [{if: {cond: who == null, then: {play: hello}}}, {goto: end}]\n"
        "  end: [{if: {cond: who == null, then: {play: bye}}}]\n"
    )
    found = bench.flows(text)
    assert told(found) == [(10, 19, "warning")]
    assert "`who` is null here: no way that leads here sets it" in found[0].message


def test_entry_that_fails_leaves_its_name_null(bench):
    gather = "gather: {prompt: menu, digits: 4, into: pin, on_exhausted: %s}"
    use = "if: {cond: \"pin == '1234'\", then: {play: hello}}"
    assert bench.flows(main(gather % "continue", use)) == []
    found = bench.flows(main(gather % "late", use) + f"  late: [{{{use}}}]\n")
    assert told(found) == [(10, 23, "warning")]


def test_failure_may_come_after_any_name_was_set(bench):
    head = "ivr: 1\nname: t\nlanguages: [en-US, zh-CN]\nstart: main\non_error: sorry\nflows:\n"
    sorry = "  sorry: [{if: {cond: who == null, then: {play: sorry}}}]\n"
    assert bench.check(head + main("set: {who: ann}") + sorry) == []


def test_both_ways_of_an_if_are_followed(bench):
    both = "if: {cond: caller.number == null, then: {goto: end}, else: [{play: hello}, {goto: end}]}"
    (finding,) = bench.flows(main(both, "play: still") + END)
    assert (finding.line, finding.column) == (9, 7)
    assert "`if` before it leaves the flow both ways" in finding.message
    one = "if: {cond: caller.number == null, then: {goto: end}}"
    assert bench.flows(main(one, "play: still") + END) == []


def test_step_behind_a_goto_within_an_if_is_never_reached(bench):
    (finding,) = bench.flows(
        main("if: {cond: caller.number == null, then: [{goto: end}, {play: still}]}") + END
    )
    assert (finding.line, finding.column) == (8, 62)
    assert "never reached" in finding.message


def test_circle_through_either_way_of_an_if_is_refused(bench):
    loop = (
        "  main: [{answer: {}}, {goto: a}]\n  a: [{play: hello}, {if: {cond: caller.number == null, %s}}]\n"
    )
    for way in ("then: {goto: a}", "then: {play: bye}, else: {goto: a}"):
        (finding,) = bench.flows(loop % way)
        assert "presses nothing: a → a" in finding.message
    key = "then: [{menu: {prompt: menu, choices: {'1': a}, on_exhausted: end}}]"
    assert bench.flows(loop % key + END) == []


def test_if_before_answer_may_decide_and_has_to_answer(bench):
    decide = "if: {cond: caller.number == null, then: {goto: other}}"
    other = "  other: [{answer: {}}, {play: bye}]\n"
    assert (
        bench.flows(f"  main: [{{set: {{a: 1}}}}, {{{decide}}}, {{answer: {{}}}}, {{play: hello}}]\n" + other)
        == []
    )
    (finding,) = bench.flows("  main: [{if: {cond: caller.number == null, then: {answer: {}}}}]\n")
    assert "can end before `answer`" in finding.message
    (finding,) = bench.flows(
        "  main: [{if: {cond: caller.number == null, then: {play: hello}}}, {answer: {}}]\n"
    )
    assert "`play` before `answer`" in finding.message


def test_voicemail_within_an_if_goes_on_where_a_goto_follows_it(bench):
    box = "if: {cond: caller.number == null, then: [{voicemail: {box: b, greeting: hello}}]}"
    assert bench.flows(main(box, "goto: end") + END) == []
    assert (
        bench.flows(main(box, "play: bye")) == []
    )  # who has a number goes on, who has left a message does not


def test_variables_of_a_script_are_bounded(bench):
    chain = [f"set: {{a{n}: '{{a{n + 1}}}'}}" for n in range(199)]
    assert {f.severity for f in bench.flows(main(*chain, "set: {a199: 1}"))} == {"warning"}
    (finding,) = bench.flows(main(*chain, "set: {a199: 1}", "set: {one: 1, more: 2}"))
    assert (finding.line, finding.message) == (208, "more than 200 variables in one script")


def test_ifs_within_ifs_are_bounded_by_the_file(bench):
    deep = "{play: hello}"
    for _ in range(3):
        deep = f"{{if: {{cond: caller.number == null, then: [{deep}]}}}}"
    assert bench.flows(f"  main: [{{answer: {{}}}}, {deep}]\n") == []
    for _ in range(8):
        deep = f"{{if: {{cond: caller.number == null, then: [{deep}]}}}}"
    assert "nested more than 16 deep" in bench.flows(f"  main: [{{answer: {{}}}}, {deep}]\n")[0].message
