"""The verb `enqueue`: what `check` says, what the queue is asked, and where the call goes on."""

import pytest

from ctidrv.apps.ivr import ScriptErrors, check_queues
from ctidrv.apps.ivr.phrases import NUMBERS
from ctidrv.callcontrol.waited import Waited
from ctidrv.units import Samples, seconds

DESK = """\
  main:
    - answer: {}
    - gather: {prompt: menu, digits: 2, into: ext, retries: 1, on_exhausted: continue}
    - language: {from: ext, map: {"08": zh-CN}}
    - enqueue:
        to: "sales-{ext}"
        ring: 12s
        moh: [hello, still]
        timeout: 90s
        announce: {position: 15s, prompt: [still, hello]}
        screen_pop: {number: "{caller.number}", ext: "{ext}"}
        into: q
    - if: {cond: "q.status == 'answered'", then: [{goto: end}]}
    - if: {cond: "q.position == 1 and q.waited > 60", then: [{play: wrong}], else: [{play: sorry}]}
  end: [{play: bye}]
"""


@pytest.fixture
def words(bench):
    """The bench with the words of a caller's place."""
    for language in ("en-US", "zh-CN"):
        for prompt in NUMBERS.values():
            path = bench.wav(language, prompt)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bench.wav(language, "hello").read_bytes())
        phrases = bench.folder / "prompts" / language / "phrases.yaml"
        with phrases.open("a", encoding="utf-8") as file:
            file.write("queue-position: [hello, {number: position}]\n")
    return bench


def waited(status, place=1, length=0.0):
    return Waited(status, place, Samples(round(length * 8000)))


@pytest.mark.parametrize(
    ("result", "heard"),
    [
        (waited("answered"), ["menu", "bye"]),
        (waited("timeout", 1, 90.0), ["menu", "wrong"]),
        (waited("left", 2, 61.0), ["menu", "sorry"]),
        (waited("full", None), ["menu", "sorry"]),
    ],
)
def test_script_goes_on_by_what_came_of_it(words, tmp_path, serve, result, heard):
    line = serve(words.load(DESK), ("menu", 0.05, "08"), folder=tmp_path / "data", reaches=[result])
    assert line.names == heard
    assert line.errors == []


def test_queue_is_asked_with_the_values_of_the_call_and_words_of_its_language(words, tmp_path, serve):
    script = words.load(DESK)
    line = serve(script, ("menu", 0.05, "08"), folder=tmp_path / "data", reaches=[waited("left")])
    ((name, served),) = line.connected
    assert name == "sales-08"
    assert (served.ring, served.every, served.timeout) == (seconds(12), seconds(15), seconds(90))
    assert (served.card, served.language) == ({"number": "5551234", "ext": "08"}, "zh-CN")
    assert served.music == [script.prompts.sound("zh-CN", name) for name in ("hello", "still")]
    assert served.first.prompt == "still hello"
    assert served.first.sounds == [script.prompts.sound("zh-CN", name) for name in ("still", "hello")]
    spoken = served.say(3)
    assert (spoken.prompt, spoken.language) == ("queue-position", "zh-CN")
    assert spoken.sounds == [script.prompts.sound("zh-CN", name) for name in ("hello", "numbers/3")]
    assert served.say(21) is None


def test_what_a_script_does_not_say_is_the_queues(words, tmp_path, serve):
    script = words.load("  main: [{answer: {}}, {enqueue: sales}]\n")
    line = serve(script, folder=tmp_path / "data", reaches=[waited("left")])
    ((name, served),) = line.connected
    assert (name, served.music, served.ring, served.every, served.timeout) == ("sales", [], None, None, None)
    assert served.first is None


@pytest.mark.parametrize(
    ("step", "place", "words_"),
    [
        ("enqueue: {ring: 20s}", (8, 7), "`enqueue` needs `to`"),
        ("enqueue: [a, b]", (8, 16), "name of a queue"),
        ("enqueue: {to: '{ext}'}", (8, 23), "nothing in this script sets `ext`"),
        ("enqueue: {to: sales, timeout: 20}", (8, 37), "write 20s"),
        ("enqueue: {to: sales, moh: musik}", (8, 33), "prompt `musik` is missing"),
        ("enqueue: {to: sales, announce: {prompt: helo}}", (8, 47), "prompt `helo` is missing"),
        ("enqueue: {to: sales, announce: {place: 30s}}", (8, 39), "`announce` has no `place`"),
        ("enqueue: {to: sales, announce: {position: 30}}", (8, 49), "write 30s"),
        ("enqueue: {to: sales, screen_pop: {a: '{b}'}}", (8, 46), "nothing in this script sets `b`"),
    ],
)
def test_wrong_enqueue_is_named_with_line_and_column(words, step, place, words_):
    found = words.flows(f"  main:\n    - answer: {{}}\n    - {step}\n")
    assert any((f.line, f.column) == place and words_ in f.message for f in found), [str(f) for f in found]


def test_language_without_words_for_the_place_is_warned_of_and_a_missing_number_is_named(words):
    flows = "  main: [{answer: {}}, {enqueue: sales}]\n"
    assert words.flows(flows) == []
    words.wav("zh-CN", "numbers/7").unlink()
    (finding,) = words.flows(flows)
    assert "prompt `numbers/7` is missing in zh-CN" in finding.message
    (words.folder / "prompts" / "zh-CN" / "phrases.yaml").unlink()
    (finding,) = words.flows(flows)
    assert finding.severity == "warning"
    assert "callers are not told their place" in finding.message


def test_status_that_never_is_is_named_and_the_place_is_a_number(words):
    text = "  main:\n    - answer: {}\n    - enqueue: {to: sales, into: q}\n"
    (finding,) = words.flows(text + "    - if: {cond: \"q.status == 'time-out'\", then: [{play: bye}]}\n")
    assert "did you mean `timeout`" in finding.message
    (finding,) = words.flows(text + "    - if: {cond: \"q.status == 'taken'\", then: [{play: bye}]}\n")
    assert "never equal" in finding.message
    (finding,) = words.flows(text + "    - if: {cond: \"q.position == 'first'\", then: [{play: bye}]}\n")
    assert "never equal" in finding.message
    assert words.flows(text + "    - if: {cond: q.waited > 60.5, then: [{play: bye}]}\n") == []


def test_queue_that_the_station_has_not_is_named_with_its_place(words):
    script = words.load("  main:\n    - answer: {}\n    - enqueue: slaes\n")
    with pytest.raises(ScriptErrors, match=r"test\.ivr\.yaml:8:16: error: .* `slaes`; did you mean `sales`"):
        check_queues(script, ["sales"])
    check_queues(script, ["slaes"])
    check_queues(words.load(DESK), ["sales"])  # what is keyed is known when it is


def test_enqueue_needs_an_answered_call(words):
    (finding,) = words.flows("  main: [{enqueue: sales}, {answer: {}}]\n")
    assert "`enqueue` before `answer`" in finding.message
