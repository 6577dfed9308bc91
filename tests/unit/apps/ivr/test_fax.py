"""Faxes in scripts: `fax_receive`, `fax_send`, `on_fax_tone`, on a real `Call` (`one_call.py`)."""

import pytest

from ctidrv.apps.fax.in_call import FaxInCall

HEAD = """\
ivr: 1
name: test
languages: [en-US, zh-CN]
on_fax_tone: fax-in
on_error: trouble
start: main
flows:
"""
OFFICE = """\
  main:
    - answer: {}
    - menu: {prompt: menu, choices: {"1": price-list}, on_exhausted: end}
  price-list:
    - fax_send: {file: prices.txt, header: "For {caller.number}", into: f}
    - goto: told
  told:
    - if: {cond: "f.status == 'ok' and f.pages > 0", then: {play: hello}, else: {play: sorry}}
  fax-in: [{fax_receive: {box: desk, into: g}}]
  trouble: [{play: wrong}]
  end: [{play: bye}]
"""
OK, FAILED = FaxInCall(True, 2), FaxInCall(False, 1, "page-refused")


@pytest.fixture
def office(bench):
    (bench.folder / "prices.txt").write_text("Tea 3.50\n", encoding="utf-8")
    return bench.load(OFFICE, HEAD)


@pytest.mark.parametrize(("comes", "heard"), [(OK, "hello"), (FAILED, "sorry")])
def test_a_document_is_sent_and_the_script_knows_what_came_of_it(office, tmp_path, serve, comes, heard):
    line = serve(office, ("menu", 0.1, "1"), folder=tmp_path / "data", reaches=[comes])
    assert line.connected == [("prices.txt", "For 5551234")]
    assert line.names == ["menu", heard]
    assert line.errors == []


def test_a_fax_that_calls_is_received_wherever_the_script_is(office, tmp_path, serve):
    line = serve(office, ("menu", 0.05, lambda line: line.fax_tone()), folder=tmp_path / "data", reaches=[OK])
    assert line.connected == [("desk", None)]
    assert line.names == ["menu"]
    assert [e.data["verb"] for e in line.log if e.type == "call.step"] == ["answer", "menu", "fax_receive"]
    assert [e.data["tone"] for e in line.log if e.type == "call.fax"] == ["cng"]
    assert line.queue == []


@pytest.mark.parametrize("tone", ["ced", "v21"])
def test_other_tones_of_faxes_lead_nowhere(office, tmp_path, serve, tone):
    line = serve(office, ("menu", 0.05, lambda line: line.fax_tone(tone)), folder=tmp_path / "data")
    assert line.connected == []
    assert line.names[-1] == "bye"


def test_a_seat_that_has_had_the_call_decides_for_itself(office, tmp_path, serve):
    def whistles(line):
        line.call.seat = "101"
        line.fax_tone()

    line = serve(office, ("menu", 0.05, whistles), folder=tmp_path / "data")
    assert line.connected == []


def test_without_on_fax_tone_a_script_goes_on(bench, tmp_path, serve):
    script = bench.load("  main: [{answer: {}}, {play: menu}, {play: bye}]\n")
    line = serve(script, ("menu", 0.05, lambda line: line.fax_tone()), folder=tmp_path / "data")
    assert line.names == ["menu", "bye"]


def test_a_station_without_a_fax_is_an_error_of_the_step(office, tmp_path, serve):
    line = serve(office, ("menu", 0.1, "1"), folder=tmp_path / "data", fax=False)
    assert line.errors == ["this station has no fax"]
    assert line.names == ["menu", "wrong"]


def test_a_fax_ends_the_flow_unless_a_goto_follows(bench):
    (bench.folder / "prices.txt").write_text("Tea 3.50\n", encoding="utf-8")
    for verb in ("fax_send: prices.txt", "fax_receive: desk"):
        assert bench.flows(f"  main: [{{answer: {{}}}}, {{{verb}}}]\n") == []
        (finding,) = bench.flows(f"  main:\n    - answer: {{}}\n    - {verb}\n    - play: bye\n")
        assert finding.line == 9
        assert finding.message.endswith("ends the flow unless a `goto` follows")


def test_a_fax_before_answer_is_named(bench):
    (finding,) = bench.flows("  main: [{fax_receive: desk}]\n")
    assert "`fax_receive` before `answer`" in finding.message


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (None, "there is no file"),
        (b"", "it cannot be faxed"),
        (b"%PDF-1.4 and nothing else", "it cannot be faxed"),
    ],
)
def test_a_document_that_is_missing_or_cannot_be_faxed_is_named_with_its_place(bench, made, words):
    if made is not None:
        (bench.folder / "prices.pdf").write_bytes(made)
    (finding,) = bench.flows("  main:\n    - answer: {}\n    - fax_send: {file: prices.pdf}\n")
    assert (finding.line, finding.column) == (8, 24)
    assert words in finding.message
    assert "prices.pdf" in finding.message


def test_the_flow_for_fax_tones_has_to_exist_and_is_reached_by_itself(bench):
    flows = "  main: [{answer: {}}, {play: welcome}]\n"
    (finding,) = bench.check(HEAD.replace("on_error: trouble\n", "") + flows)
    assert (finding.line, finding.message) == (4, "there is no flow `fax-in`; did you mean `main`?")
    fax_in = "  fax-in: [{fax_receive: desk}]\n"
    assert bench.check(HEAD.replace("on_error: trouble\n", "") + flows + fax_in) == []


def test_what_a_fax_leaves_is_known_and_compared_with_what_it_can_be(bench):
    (finding,) = bench.check(
        HEAD.replace("on_error: trouble\n", "").replace("on_fax_tone: fax-in\n", "")
        + "  main:\n    - answer: {}\n    - fax_receive: {box: desk, into: f}\n    - goto: told\n"
        + "  told:\n    - if: {cond: f.status == 'fine', then: {play: hello}}\n    - play: bye\n"
    )
    assert "is never equal to" in finding.message
    assert "failed, ok" in finding.message
