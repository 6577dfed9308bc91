"""Each kind of finding, with its place (IV-2)."""

import json
from pathlib import Path

import pytest

from ctidrv.apps.ivr import ScriptErrors, check, load, shipped_script
from ctidrv.apps.ivr.phrases import NUMBERS
from ctidrv.apps.music import hold_music
from ctidrv.cli import main

GOOD = "  main:\n    - answer: {}\n    - play: welcome\n    - hangup: {}\n"


def places(findings):
    return [(f.line, f.column) for f in findings]


def test_good_script_has_no_findings(bench):
    assert bench.flows(GOOD) == []


def test_iv_2_typo_in_line_7_is_named_with_line_7_and_the_right_word(bench):
    (finding,) = bench.flows("  main:\n    - anwser: {}\n    - play: welcome\n")
    assert str(finding).endswith("test.ivr.yaml:7:7: error: unknown verb `anwser`; did you mean `answer`?")


def test_iv_2_duplicate_key_is_named_with_its_line(bench):
    menu = '    - menu: {prompt: menu, choices: {"1": main, "1": main}, on_exhausted: end}\n'
    (finding,) = bench.flows("  main:\n    - answer: {}\n" + menu + "  end: [{play: bye}]\n")
    assert (finding.line, finding.message) == (8, "duplicate key `1`, first in line 8")


def test_iv_2_prompt_missing_in_one_language_is_named_with_its_file(bench):
    bench.wav("zh-CN", "welcome").unlink()
    (finding,) = bench.flows(GOOD)
    assert (finding.line, finding.column) == (8, 13)
    assert finding.message == "prompt `welcome` is missing in zh-CN: no prompts/zh-CN/welcome.wav"


def test_iv_2_step_after_goto_is_named_as_never_reached(bench):
    (finding,) = bench.flows(
        "  main:\n    - answer: {}\n    - goto: end\n    - play: bye\n  end: [{play: bye}]\n"
    )
    assert (finding.line, finding.column, finding.severity) == (9, 7, "error")
    assert "never reached" in finding.message


def test_iv_2_flow_that_nothing_leads_to_is_named(bench):
    (finding,) = bench.flows(GOOD + "  night: [{play: bye}]\n")
    assert (finding.line, finding.column) == (10, 3)
    assert "`night` is never reached" in finding.message


def test_step_after_voicemail_that_is_no_goto_is_never_reached(bench):
    (finding,) = bench.flows(
        "  main:\n    - answer: {}\n    - voicemail: {box: desk, greeting: hello}\n    - play: bye\n"
    )
    assert finding.line == 9
    assert "ends the flow unless a `goto` follows" in finding.message


def test_all_findings_of_a_file_come_at_once_in_line_order(bench):
    found = bench.check(
        "ivr: 1\nname: test\nlanguages: [en-US, zh-CN]\nprompt: p/{lang}\n"
        "defaults: {timeout: 5, bargein: yes}\nstart: mian\nflows:\n"
        "  main:\n    - answer: {after_rings: 99}\n    - play: {promt: welcome}\n"
        '    - menu: {prompt: welcme, choices: {"1": man}, on_exhausted: main}\n'
    )
    assert [f.line for f in found] == [4, 5, 5, 6, 9, 10, 10, 11, 11, 11]
    text = "\n".join(f.message for f in found)
    for word in ("`prompts`", "5s", "true or false", "`main`", "at most 20", "`prompt`", "`welcome`"):
        assert word in text


@pytest.mark.parametrize(
    ("step", "column", "words"),
    [
        ("pause: 2s", 7, "verb `pause` is not in this version of ctidrv"),
        (
            "gather: {prompt: menu, digits: 4, into: pin, on_exhausted: continue, secret: true}",
            76,
            "`secret` is not in this",
        ),
        (
            "gather: {prompt: menu, digits: 4-, into: pin, on_exhausted: continue}",
            38,
            "not a number of digits",
        ),
        ("gather: {prompt: menu, digits: 8-4, into: pin, on_exhausted: continue}", 38, "at least 1"),
        ("gather: {prompt: menu, digits: 4, into: my pin, on_exhausted: continue}", 47, "name of a variable"),
        ("gather: {prompt: menu, into: pin, on_exhausted: continue}", 7, "`gather` needs `digits`"),
        ("gather: {prompt: menu, digits: 4, into: pin}", 7, "needs `on_exhausted`"),
        ("gather: {prompt: menu, digits: 4, into: pin, on_exhausted: contine}", 66, "no flow `contine`"),
        ("gather: {prompt: menu, digits: 4, into: p, retries: 0, on_exhausted: continue}", 59, "at least 1"),
        (
            "gather: {prompt: menu, digits: 4, into: p, timeout: 2h, on_exhausted: continue}",
            59,
            "not a duration",
        ),
        (
            "gather: {prompt: menu, digits: 4, into: p, timeout: 0s, on_exhausted: continue}",
            59,
            "more than nothing",
        ),
        (
            'gather: {prompt: menu, digits: 4, into: p, finish_on: "##", on_exhausted: continue}',
            61,
            "one key",
        ),
        (
            "gather: {prompt: menu, digits: 4, into: p, on_invalid: {hangup: {}}, on_exhausted: continue}",
            63,
            "only play",
        ),
        ("menu: {choices: {}, prompt: menu, on_exhausted: main}", 23, "`choices` is empty"),
        ('menu: {choices: {"x": main}, prompt: menu, on_exhausted: main}', 24, "key or keys of a telephone"),
        ('menu: {choices: {"1": main}, on_exhausted: main}', 7, "`menu` needs `prompt`"),
        ("play: {text: Good morning}", 13, "needs a speech engine"),
        ("play: {prompt: {text: {en-US: Hi, zh-CN: 你好}}}", 22, "needs a speech engine"),
        ("play: [{text: Good morning}]", 14, "needs a speech engine"),
        ("play: []", 13, "silence"),
        ("play: 7", 13, "quotes"),
        ("play: ../secret", 13, "not a prompt"),
        ("say: {prompt: your-number, with: {number: '{caller.nmber}'}}", 51, "did you mean `caller.number`"),
        ("say: {prompt: your-number, with: {number: '{row|date}'}}", 54, "there are no filters"),
        ("say: {prompt: your-numbr, with: {number: '1'}}", 21, "did you mean `your-number`"),
        ("say: your-number", 12, "needs `with: {number: …}`"),
        ("language: {from: k, map: {'1': zh-CN}}", 24, "nothing in this script sets `k`"),
        ("goto: mian", 13, "did you mean `main`"),
        ("hangup", 7, "a step is a mapping with one verb"),
        ("{play: bye, goto: main}", 7, "exactly one verb, not 2"),
        ("record: {into: clip, max: 2h}", 33, "not a duration"),
        ("voicemail: {greeting: hello}", 7, "`voicemail` needs `box`"),
    ],
)
def test_wrong_step_is_named_with_line_and_column(bench, step, column, words):
    found = bench.flows(f"  main:\n    - answer: {{}}\n    - {step}\n")
    assert any((f.line, f.column) == (8, column) and words in f.message for f in found), [
        str(f) for f in found
    ]


@pytest.mark.parametrize(
    ("head", "place", "words"),
    [
        ("ivr: 2\nname: n\nlanguages: [en-US]\nstart: main\n", (1, 6), "version 2 of the language"),
        ("ivr: one\nname: n\nlanguages: [en-US]\nstart: main\n", (1, 6), "write ivr: 1"),
        ("name: n\nlanguages: [en-US]\nstart: main\n", (1, 1), "a script needs `ivr`"),
        ("ivr: 1\nname: n\nlanguages: []\nstart: main\n", (3, 12), "`languages` is empty"),
        ("ivr: 1\nname: n\nlanguages: [english]\nstart: main\n", (3, 13), "not a language"),
        (
            "ivr: 1\nname: n\nlanguages: [en-US, fr-FR]\nstart: main\n",
            (3, 20),
            "no folder with the prompts of fr-FR",
        ),
        ("ivr: 1\nname: n\nlanguages: [en-US, en-US]\nstart: main\n", (3, 20), "named twice"),
        ("ivr: 1\nname: n\nlanguages: [en-US]\nstart: main\ndatabases: {}\n", (5, 1), "not in this version"),
        ("ivr: 1\nname: n\nlanguages: [en-US]\nstart: main\nprompts: here\n", (5, 10), "{lang}"),
        ("ivr: 1\nname: n\nlanguages: [en-US]\nstart: main\non_error: oops\n", (5, 11), "no flow `oops`"),
        (
            "ivr: 1\nname: n\nlanguages: [en-US]\nstart: main\ndefaults: {record: none}\n",
            (5, 20),
            "both-sides",
        ),
    ],
)
def test_wrong_header_is_named_with_its_place(bench, head, place, words):
    found = bench.check(f"{head}flows:\n{GOOD}")
    assert any((f.line, f.column) == place and words in f.message for f in found), [str(f) for f in found]


def test_finding_in_a_block_of_lines_carries_the_line_of_the_value(bench):
    found = bench.flows(
        "  main:\n    - answer:\n    - menu:\n        prompt:\n          - menu\n          - mneu\n"
        "        choices:\n          '1': end\n          '2': edn\n        on_exhausted: end\n"
        "  end:\n    - play: bye\n"
    )
    assert [(f.line, f.message.split(":")[0]) for f in found] == [
        (11, "prompt `mneu` is missing in en-US"),
        (11, "prompt `mneu` is missing in zh-CN"),
        (14, "there is no flow `edn`; did you mean `end`?"),
    ]


def test_circle_without_a_key_is_refused(bench):
    found = bench.flows(
        "  main: [{answer: {}}, {goto: a}]\n  a: [{play: hello}, {goto: b}]\n  b: [{goto: a}]\n"
    )
    assert [(f.line, f.column) for f in found] == [(8, 14)]
    assert "a → b → a" in found[0].message


def test_circle_through_silence_is_refused_and_through_a_key_is_not(bench):
    menu = (
        "  main: [{answer: {}}, {goto: top}]\n"
        "  top: [{menu: {prompt: menu, choices: {'1': top}, on_exhausted: %s}}]\n"
    )
    assert bench.flows(menu % "end" + "  end: [{play: bye}]\n") == []
    (finding,) = bench.flows(menu % "top")
    assert "presses nothing" in finding.message
    (finding,) = bench.flows(menu % "box" + "  box: [{voicemail: {box: b, greeting: hello}}, {goto: top}]\n")
    assert "top → box → top" in finding.message


def test_gather_that_goes_on_without_input_cannot_close_a_circle(bench):
    text = (
        "  main: [{answer: {}}, {goto: a}]\n"
        "  a: [{gather: {prompt: menu, digits: 1, into: k, on_exhausted: %s}}, {goto: a}]\n"
    )
    assert "a → a" in bench.flows(text % "continue")[0].message
    assert bench.flows(text % "end" + "  end: [{play: bye}]\n") == []


def test_what_stands_before_answer_is_named(bench):
    (finding,) = bench.flows("  main:\n    - play: welcome\n    - answer: {}\n")
    assert (finding.line, finding.message.split(":")[0]) == (7, "`play` before `answer`")


def test_way_that_never_answers_is_named(bench):
    (finding,) = bench.flows("  main:\n    - language: {from: k, map: {'1': zh-CN}}\n").copy()[:1]
    assert finding.line == 7
    found = bench.flows("  main: [{goto: b}]\n  b: [{hangup: {}}]\n")
    assert "`hangup` before `answer`" in found[0].message


@pytest.mark.parametrize(
    "prompts", ["x" * 300 + "{lang}", "../../../../{lang}/..", "/dev/{lang}", "{lang}/a:*?<>|"]
)
def test_prompts_folder_that_cannot_be_is_named(bench, prompts):
    found = bench.check(HEAD_GOOD.replace("start:", f"prompts: '{prompts}'\nstart:"))
    assert "no folder with the prompts of en-US" in found[0].message


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"rate": 16000}, "8000 Hz"),
        ({"channels": 2}, "mono"),
        ({"samples": 0}, "no sound"),
        ({"amplitude": 20}, "only silence"),
    ],
)
def test_prompt_of_the_wrong_form_is_named(bench, make_wav, form, words):
    make_wav(bench.wav("zh-CN", "welcome"), **form)
    (finding,) = bench.flows(GOOD)
    assert (finding.line, finding.column, finding.severity) == (8, 13, "error")
    assert words in finding.message


def test_prompt_that_is_no_wav_file_is_named(bench):
    bench.wav("en-US", "welcome").write_bytes(b"RIFF")
    (finding,) = bench.flows(GOOD)
    assert "welcome` in en-US cannot be played" in finding.message


PLAYS_MUSIC = "  main:\n    - answer: {}\n    - play: music/%s\n"


def test_music_that_ships_is_there_in_every_language(bench):
    assert bench.flows(PLAYS_MUSIC % "calm") == []


def test_music_that_does_not_ship_is_missed_and_the_one_that_does_is_offered(bench):
    (finding, _) = bench.flows(PLAYS_MUSIC % "clam")
    assert "no prompts/en-US/music/clam.wav" in finding.message
    assert "did you mean `music/calm`" in finding.message


def test_a_languages_own_music_goes_before_the_one_that_ships(bench, make_wav):
    make_wav(bench.wav("zh-CN", "music/calm"), samples=444)
    prompts = bench.load(PLAYS_MUSIC % "calm").prompts
    assert len(prompts.find("zh-CN", "music/calm").audio) == 444
    assert prompts.find("en-US", "music/calm").audio == hold_music()
    make_wav(bench.wav("zh-CN", "music/calm"), channels=2)
    assert "mono" in bench.flows(PLAYS_MUSIC % "calm")[0].message


def test_phrase_file_with_a_mistake_is_named_with_its_own_line(bench):
    path = bench.folder / "prompts" / "zh-CN" / "phrases.yaml"
    path.write_text("# phrases\nyour-number: [your-number-is, {digit: number}]\n", encoding="utf-8")
    found = bench.flows(GOOD)
    assert [(f.file, f.line) for f in found] == [(str(path), 2)]


def test_phrase_missing_in_one_language_is_named(bench):
    (bench.folder / "prompts" / "zh-CN" / "phrases.yaml").write_text("x: [bye]\n", encoding="utf-8")
    say = "say: {prompt: your-number, with: {number: '{caller.number}'}, on_empty: {play: withheld}}"
    (finding,) = bench.flows(f"  main:\n    - answer: {{}}\n    - {say}\n")
    assert "phrase `your-number` is missing in zh-CN" in finding.message


def test_digit_prompt_that_a_number_would_need_is_missed(bench):
    bench.wav("zh-CN", "digits/7").unlink()
    say = "say: {prompt: your-number, with: {number: '{caller.number}'}, on_empty: {play: withheld}}"
    (finding,) = bench.flows(f"  main:\n    - answer: {{}}\n    - {say}\n")
    assert "no prompts/zh-CN/digits/7.wav" in finding.message


POSITION = """\
  main:
    - answer: {}
    - gather: {prompt: menu, digits: 1-2, into: place, on_exhausted: continue}
    - say: {prompt: queue-position, with: {position: "{place}"}, on_empty: {play: still}}
"""


def test_number_prompt_that_a_position_would_need_is_missed_in_each_language(bench, make_wav):
    for language in ("en-US", "zh-CN"):
        phrases = bench.folder / "prompts" / language / "phrases.yaml"
        phrases.write_text("queue-position: [hello, {number: position}]\n", encoding="utf-8")
        for prompt in NUMBERS.values():
            make_wav(bench.wav(language, prompt))
    assert bench.flows(POSITION) == []
    bench.wav("en-US", "numbers/13").unlink()
    bench.wav("zh-CN", "numbers/20").unlink()
    found = bench.flows(POSITION)
    assert [each.message.split(": no ")[1].split(";")[0] for each in found] == [
        "prompts/en-US/numbers/13.wav",
        "prompts/zh-CN/numbers/20.wav",
    ]
    (finding,) = bench.flows(POSITION.replace("position: ", "place: "))[:1]
    assert "needs `with: {position: …}`" in finding.message


def test_number_that_may_be_withheld_without_on_empty_is_a_warning(bench):
    say = "say: {prompt: your-number, with: {number: '{caller.number}'}}"
    (finding,) = bench.flows(f"  main:\n    - answer: {{}}\n    - {say}\n")
    assert finding.severity == "warning"


def test_reply_that_is_never_heard_is_a_warning(bench):
    (finding,) = bench.flows(
        "  main:\n    - answer: {}\n    - gather: {prompt: menu, digits: 1, into: k, retries: 1, "
        "on_invalid: {play: wrong}, on_exhausted: continue}\n"
    )
    assert (finding.severity, finding.line) == ("warning", 8)


def test_end_inherited_from_defaults_is_enough(bench):
    head = "ivr: 1\nname: n\nlanguages: [en-US]\nstart: main\ndefaults: {on_exhausted: end}\nflows:\n"
    menu = (
        "  main:\n    - answer: {}\n    - menu: {prompt: menu, choices: {'1': end}}\n  end: [{play: bye}]\n"
    )
    assert bench.check(head + menu) == []


def test_load_refuses_what_cannot_run_and_says_how_much_there_is(bench):
    with pytest.raises(
        ScriptErrors, match=r"test\.ivr\.yaml:7:7: error: unknown verb `anwser`.*and 1 more"
    ) as caught:
        load(bench.write(HEAD_GOOD.split("flows")[0] + "flows:\n  main:\n    - anwser:\n    - ply: x\n"))
    assert len(caught.value.findings) == 2


def test_load_serves_on_when_another_language_has_the_prompt(bench):
    bench.wav("zh-CN", "welcome").unlink()
    script = bench.load(GOOD)
    assert [f.severity for f in script.findings] == ["error"]
    assert script.prompts.find("zh-CN", "welcome").language == "en-US"
    bench.wav("en-US", "welcome").unlink()
    with pytest.raises(ScriptErrors):
        bench.load(GOOD)


def test_loaded_script_keeps_its_prompts_when_the_files_go(bench):
    script = bench.load(GOOD)
    for language in ("en-US", "zh-CN"):
        bench.wav(language, "welcome").unlink()
    assert len(script.prompts.find("zh-CN", "welcome").audio) > 0


def test_cli_prints_findings_and_exits_by_them(bench, capsys):
    good, bad = (
        bench.write(HEAD_GOOD, "good.ivr.yaml"),
        bench.write(HEAD_GOOD.replace("hangup", "hangupp"), "bad.ivr.yaml"),
    )
    assert main(["ivr", "check", str(good)]) == 0
    capsys.readouterr()
    assert main(["ivr", "check", str(good), str(bad)]) == 1
    assert f"{bad}:9:7: error: unknown verb `hangupp`; did you mean `hangup`?" in capsys.readouterr().out


def test_cli_json_is_one_object_a_line_with_the_contract_fields(bench, capsys):
    bad = bench.write(HEAD_GOOD.replace("hangup", "hangupp"))
    assert main(["ivr", "check", "--json", str(bad)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    row = json.loads(line)
    assert set(row) == {"file", "line", "column", "severity", "message"}
    assert (row["line"], row["column"], row["severity"]) == (9, 7, "error")


def test_cli_exits_2_when_the_file_cannot_be_read(tmp_path, capsys):
    assert main(["ivr", "check", str(tmp_path / "none.ivr.yaml")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1


def test_warning_alone_exits_0(bench, capsys):
    say = "    - say: {prompt: your-number, with: {number: '{caller.number}'}}\n"
    assert main(["ivr", "check", str(bench.write(HEAD_GOOD.replace("    - play: welcome\n", say)))]) == 0
    assert "warning" in capsys.readouterr().out


def test_shipped_script_is_found_by_name_only():
    assert shipped_script("hotline.ivr.yaml").is_file()
    with pytest.raises(ValueError, match="there is fax"):
        shipped_script("../pyproject.toml")


def test_check_of_a_path_with_other_letters_works(bench):
    path = bench.write(HEAD_GOOD, "热线.ivr.yaml")
    assert check(Path(path)) == []


HEAD_GOOD = "ivr: 1\nname: test\nlanguages: [en-US, zh-CN]\nstart: main\nflows:\n" + GOOD
