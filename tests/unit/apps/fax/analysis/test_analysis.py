"""Calls that go wrong, made by our own senders, and what the analysis says of them."""

from __future__ import annotations

import random
from string import Formatter

import pytest

from ctidrv.apps.fax.analysis import words_en, words_zh
from ctidrv.apps.fax.analysis.heard import Heard, analyse
from ctidrv.apps.fax.analysis.lines import lines_of, summary_of
from ctidrv.apps.fax.analysis.saying import Saying
from ctidrv.apps.fax.analysis.telling import told
from ctidrv.errors import InputError
from ctidrv.native import t30_frames
from ctidrv.native.fax_modem import Modem
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30_frames import NAMES, build, identity
from ctidrv.native.tones import Part, render, tone
from tests.unit.apps.fax.analysis.spoken import DIS, Spoken, codes, dcs, frame, opened, page, pps


def frames_of(coded: bytes, numbers: range | None = None) -> list[bytes]:
    """Page data as frames of 256 octets, those of these numbers; and RCP."""
    cut = [coded[at : at + 256] for at in range(0, len(coded), 256)]
    chosen = [number for number in range(len(cut)) if numbers is None or number in numbers]
    data = [frame("called", "FCD", bytes((number,)) + cut[number], is_final=False) for number in chosen]
    return [*data, *[frame("called", "RCP", is_final=False)] * 3]


@pytest.mark.parametrize(
    ("modem", "bit_rate"),
    [("v17", 7200), ("v17", 9600), ("v29", 7200), ("v27ter", 2400), ("v27ter", 4800)],
)
def test_page_without_error_correction_is_bit_exact(modem: Modem, bit_rate: int) -> None:
    rows, coded = page(40)
    heard = (
        opened(modem, bit_rate)
        .fast(modem, bit_rate, coded, short=modem == "v17")
        .say("caller", frame("caller", "EOP"))
        .say("called", frame("called", "MCF"))
        .say("caller", frame("caller", "DCN"))
        .heard
    )
    assert [check.errors for check in heard.checks] == [0]
    assert heard.pages[0].decoded is not None
    assert heard.pages[0].decoded.rows == rows
    assert heard.pages[0].decoded.report.clean
    assert set(codes(heard)) == {"ended-done"}
    assert summary_of(heard)["bit_rate"] == bit_rate


def test_block_that_is_asked_for_again_is_put_together() -> None:
    rows, coded = page(300)
    whole = frames_of(coded)
    count = len(whole) - 3
    assert count > 3
    again = bytes((0b10,)) + bytes(31)
    heard = (
        opened("v17", 14400, ecm=True)
        .fast("v17", 14400, frames=[one for one in whole if one[3:4] != b"\1"], short=True)
        .say("caller", frame("caller", "PPS", pps("EOP", 0, count)))
        .say("called", frame("called", "PPR", again))
        .fast("v17", 14400, frames=frames_of(coded, range(1, 2)), short=True)
        .say("caller", frame("caller", "PPS", pps("EOP", 0, 1)))
        .say("called", frame("called", "MCF"))
        .say("caller", frame("caller", "DCN"))
        .heard
    )
    [only] = heard.pages
    assert only.decoded is not None
    assert only.decoded.rows == rows
    assert [(block.whole, block.asked, block.missing) for block in only.blocks] == [(count, [[1]], [])]
    assert "repeats-clean" in codes(heard)


def test_correction_at_another_rate_goes_on_with_the_block() -> None:
    rows, coded = page(300)
    whole = frames_of(coded)
    heard = (
        opened("v17", 14400, ecm=True)
        .fast("v17", 14400, frames=whole[:2], short=True)
        .say("caller", frame("caller", "PPS", pps("EOP", 0, len(whole) - 3)))
        .say("called", frame("called", "PPR", b"\xfc" + b"\xff" * 31))
        .say("caller", frame("caller", "CTC", dcs("v17", 9600)[:2]))
        .say("called", frame("called", "CTR"))
        .fast("v17", 9600, frames=whole[2:])
        .say("caller", frame("caller", "PPS", pps("EOP", 0, len(whole) - 5)))
        .say("called", frame("called", "MCF"))
        .say("caller", frame("caller", "DCN"))
        .heard
    )
    [only] = heard.pages
    assert only.decoded is not None
    assert only.decoded.rows == rows
    assert codes(heard)["fall-back"].data["bit_rate"] == 9600


def test_blocks_of_a_page_are_joined_and_the_next_page_is_another() -> None:
    rows, coded = page(300)
    cut = 3 * 256
    short_rows, short = page(30)
    heard = (
        opened("v29", 9600, ecm=True)
        .fast("v29", 9600, frames=frames_of(coded[:cut]))
        .say("caller", frame("caller", "PPS", pps("NULL", 0, 3)))
        .say("called", frame("called", "MCF"))
        .fast("v29", 9600, frames=frames_of(coded[cut:]))
        .say("caller", frame("caller", "PPS", pps("MPS", 1, len(frames_of(coded[cut:])) - 3)))
        .say("called", frame("called", "MCF"))
        .fast("v29", 9600, frames=frames_of(short))
        .say("caller", frame("caller", "PPS", pps("EOP", 0, len(frames_of(short)) - 3)))
        .say("called", frame("called", "MCF"))
        .say("caller", frame("caller", "DCN"))
        .heard
    )
    assert [one.decoded and one.decoded.rows for one in heard.pages] == [rows, short_rows]
    assert [len(one.blocks) for one in heard.pages] == [2, 1]


def test_missing_frame_is_told_and_the_page_is_not_clean() -> None:
    _, coded = page(300)
    whole = frames_of(coded)
    heard = (
        opened("v29", 9600, ecm=True)
        .fast("v29", 9600, frames=whole[:1] + whole[2:])
        .say("caller", frame("caller", "PPS", pps("EOP", 0, len(whole) - 3)))
        .heard
    )
    [only] = heard.pages
    assert only.missing == 1
    assert only.decoded is not None
    assert not only.decoded.report.clean
    assert codes(heard)["frames-missing"].data["count"] == 1
    assert codes(heard)["ended-silent"].data["by"] == "called"


def test_one_end_alone_tells_its_pages_and_which_frames_came_again() -> None:
    rows, coded = page(300)
    short_rows, short = page(30)
    whole, count = frames_of(coded), len(frames_of(coded)) - 3
    made = opened("v17", 14400, ecm=True).fast("v17", 14400, frames=whole[:1] + whole[2:], short=True)
    made.say("caller", frame("caller", "PPS", pps("MPS", 0, count))).quiet(1200)
    made.fast("v17", 14400, frames=frames_of(coded, range(1, 2)), short=True)
    made.say("caller", frame("caller", "PPS", pps("MPS", 0, 1))).quiet(1200)
    made.fast("v17", 14400, frames=frames_of(short), short=True)
    made.say("caller", frame("caller", "PPS", pps("EOP", 0, 1, page=1))).quiet(1200)
    heard = analyse(made.say("caller", frame("caller", "DCN")).channels[:1])
    assert {m.frame.side for m in heard.call.messages if m.frame} == {"caller"}
    assert [one.decoded and one.decoded.rows for one in heard.pages] == [rows, short_rows]


def test_poll_is_sent_by_the_called_end() -> None:
    rows, coded = page(40)
    heard = (
        Spoken()
        .say("called", frame("called", "DIS", bytes.fromhex("00ef78")))
        .say("caller", frame("caller", "DTC", DIS))
        .say("called", frame("called", "DCS", dcs("v29", 9600)))
        .fast("v29", 9600, bytes(1800), side="called")
        .say("caller", frame("caller", "CFR"))
        .fast("v29", 9600, coded, side="called")
        .say("called", frame("called", "EOP"))
        .say("caller", frame("caller", "MCF"))
        .say("called", frame("called", "DCN"))
        .heard
    )
    assert {carrier.side for carrier in heard.call.carriers} == {"called"}
    assert heard.pages[0].decoded is not None
    assert heard.pages[0].decoded.rows == rows
    assert heard.ending is not None
    assert (heard.ending.by, heard.ending.reason) == ("called", "done")


def test_refused_page_and_damaged_rows_are_told() -> None:
    _, coded = page(60)
    broken = coded[:300] + bytes(8) + coded[308:]
    heard = (
        opened("v27ter", 4800)
        .fast("v27ter", 4800, broken)
        .say("caller", frame("caller", "EOP"))
        .say("called", frame("called", "RTN"))
        .say("caller", frame("caller", "DCN"))
        .heard
    )
    found = codes(heard)
    assert {"page-refused", "page-damaged", "ended-refused"} <= set(found)
    assert found["page-damaged"].data["damaged"] >= 1


def test_call_that_ends_in_order_with_a_page_refused_is_not_called_good() -> None:
    _, coded = page(30)
    made = opened("v29", 9600)
    for post, answer in (("MPS", "RTN"), ("EOP", "MCF")):
        made.fast("v29", 9600, coded).say("caller", frame("caller", post)).say(
            "called", frame("called", answer)
        )
    found = codes(made.say("caller", frame("caller", "DCN")).heard)
    assert found["ended-not-all"].data["pages"] == "1"
    assert found["page-refused"].data["page"] == 1


def test_training_behind_a_page_is_told() -> None:
    _, coded = page(30)
    made = opened("v29", 9600).fast("v29", 9600, coded).say("caller", frame("caller", "MPS"))
    made.say("called", frame("called", "RTP")).say("caller", frame("caller", "DCS", dcs("v29", 7200)))
    made.check("v29", 7200).say("called", frame("called", "CFR")).fast("v29", 7200, coded)
    heard = made.say("caller", frame("caller", "EOP")).say("called", frame("called", "MCF")).heard
    found = codes(heard)
    assert found["retrained"].data == {"count": 1}
    assert found["fall-back"].data["bit_rate"] == 7200
    assert [one.answer for one in heard.pages] == ["RTP", "MCF"]


@pytest.mark.parametrize(("level", "code"), [(-47.0, "faint"), (-3.0, "loud")])
def test_end_that_is_too_faint_or_too_loud_is_told(level: float, code: str) -> None:
    heard = opened("v29", 9600).fast("v29", 9600, page(60)[1], level=level).heard
    assert heard.pages[0].decoded is not None
    assert abs(codes(heard)[code].data["level"] - level) < 1


def test_training_that_is_refused_at_every_rate_is_told_by_rate() -> None:
    made = Spoken().say("called", frame("called", "DIS", DIS))
    for bit_rate in (14400, 14400, 12000):
        made.say("caller", frame("caller", "DCS", dcs("v17", bit_rate))).check("v17", bit_rate)
        made.say("called", frame("called", "FTT"))
    heard = made.say("caller", frame("caller", "DCN")).heard
    found = codes(heard)
    assert found["training-lost-clean"].data["count"] == 2
    assert found["fall-back"].data["bit_rate"] == 12000
    assert found["ended-training"].data["by"] == "caller"
    assert [check.answer for check in heard.checks] == ["FTT"] * 3


def test_order_that_was_not_offered_is_told() -> None:
    only_v27ter = bytes.fromhex("000a70")
    heard = (
        Spoken()
        .say("called", frame("called", "DIS", only_v27ter))
        .say("caller", frame("caller", "DCS", dcs("v29", 9600)))
        .check("v29", 9600)
        .say("called", frame("called", "DCN"))
        .heard
    )
    whats = [f["data"]["what"] for f in lines_of(heard, Saying()) if f.get("code") == "not-offered"]
    assert whats == ["V.29 9600", "fine"]
    assert heard.ending is not None
    assert (heard.ending.by, heard.ending.reason) == ("called", "no-order")


def test_commands_that_nobody_answers_are_counted() -> None:
    made = opened("v29", 9600).fast("v29", 9600, page(20)[1])
    for _ in range(3):
        made.say("caller", frame("caller", "EOP"), pause=3000)
    heard = made.say("caller", frame("caller", "DCN")).heard
    assert codes(heard)["repeated"].data == {"name": "EOP", "side": "caller", "count": 3}
    assert heard.ending is not None
    assert (heard.ending.reason, heard.ending.last, heard.ending.repeats) == ("no-answer", "EOP", 3)


def test_pauses_out_of_t30_limits_are_told() -> None:
    heard = (
        Spoken()
        .say("called", frame("called", "DIS", DIS), pause=3500)
        .say("caller", frame("caller", "DCS", dcs("v29", 9600)), pause=200)
        .check("v29", 9600)
        .say("called", frame("called", "CFR"))
        .heard
    )
    found = codes(heard)
    assert (
        abs(found["pause-change-long"].data["ms"] - 200 - 20) <= 15
    )  # V.29 itself begins with 20 ms of silence
    assert abs(found["pause-answer-long"].data["ms"] - 3500) <= 15


def test_password_is_nowhere_in_what_is_told() -> None:
    made = opened("v29", 9600).say(
        "caller", frame("caller", "SID", identity("4711"), is_final=False), frame("caller", "EOP")
    )
    lines = list(lines_of(made.heard, Saying()))
    [line] = [line for line in lines if line.get("name") == "SID"]
    assert line["text"] is None
    assert "4711" not in str(lines) + "".join(told(lines, Saying()))
    assert identity("4711").hex() not in str(lines)


def test_end_with_wrong_x_bit_is_known_by_its_channel() -> None:
    heard = opened("v29", 9600).say("called", frame("caller", "MCF")).heard
    assert codes(heard)["x-wrong"].data == {"side": "called", "count": 1, "name": "MCF"}


@pytest.mark.parametrize("loss_db", [12, 25])
def test_echo_of_the_other_channel_is_nobody_speaking(loss_db: float) -> None:
    rows, coded = page(30)
    made = opened("v17", 9600).fast("v17", 9600, coded, short=True).say("caller", frame("caller", "EOP"))
    sent, came = made.quiet(3500).channels
    delay, gain = 200, 10 ** (-loss_db / 20)
    echo = [0] * delay + [round(gain * sample) for sample in list(sent)[:-delay]]
    heard = analyse([sent, Pcm(a + b for a, b in zip(came, echo, strict=True))])
    assert [m.frame.name for m in heard.call.messages if m.frame] == ["DIS", "DCS", "CFR", "EOP"]
    assert len(heard.call.echoes) == 2
    assert abs(codes(heard)["echo"].data["loss"] - loss_db) < 1
    assert heard.pages[0].decoded is not None
    assert heard.pages[0].decoded.rows == rows


def test_both_ends_on_one_channel_are_told_apart() -> None:
    sent, came = opened("v29", 9600).quiet(3500).channels
    heard = analyse([Pcm(a + b for a, b in zip(sent, came, strict=True))])
    sides = [(m.frame.side, m.frame.name) for m in heard.call.messages if m.frame]
    assert sides == [("called", "DIS"), ("caller", "DCS"), ("called", "CFR")]
    assert [check.errors for check in heard.checks] == [0]


def test_recording_that_begins_in_the_middle_is_read_from_there_on() -> None:
    rows, coded = page(60)
    made = (
        opened("v29", 7200)
        .fast("v29", 7200, coded)
        .say("caller", frame("caller", "EOP"))
        .say("called", frame("called", "MCF"))
        .say("caller", frame("caller", "DCN"))
        .quiet(4000)
    )
    begin = 8000 * 4
    heard = analyse([channel[begin:] for channel in made.channels])
    assert codes(heard)["begins-late"].data == {"name": "CFR"}
    assert heard.pages[0].decoded is not None
    assert heard.pages[0].decoded.rows == rows
    assert heard.pages[0].coding == "mh"


@pytest.mark.parametrize("cut", [160, 400, 2400])
def test_carrier_that_is_cut_is_told(cut: int) -> None:
    made = opened("v29", 9600)
    begin = len(made.channels[0])
    sent, came = made.fast("v29", 9600, page(200)[1]).quiet(3500).channels
    values = list(sent)
    for at in (8000, 16_000):
        values[begin + at : begin + at + cut] = [0] * cut
    heard = analyse([Pcm(values), came])
    assert codes(heard)["carrier-cut"].data["count"] == 2


@pytest.mark.parametrize("cut", [0, 800])
def test_busy_tone_ends_a_carrier_and_an_earlier_cut_does_not(cut: int) -> None:
    made = opened("v29", 9600)
    begin = len(made.channels[0])
    sent = list(made.fast("v29", 9600, page(400)[1]).channels[0][: begin + 40_000])
    sent[begin + 8000 : begin + 8000 + cut] = [0] * cut
    busy = render(tone([Part(ms=350), Part(hz=(450,), level=-13, ms=350)], loop=True), 8000 * 6)
    heard = analyse([Pcm(sent) + busy])
    [carrier] = [one for one in heard.call.carriers if one.role == "page"]
    assert abs(carrier.end - begin - 40_000) < 800
    assert heard.ending is not None
    assert heard.ending.reason == "cleared"
    assert heard.pages[0].decoded is not None
    good = heard.pages[0].decoded.report.rows - heard.pages[0].decoded.report.damaged
    assert good > 90


def test_answering_tone_with_phase_reversals_alone_may_be_v34() -> None:
    heard = Spoken().tone("called", "ansam", 3300).heard
    assert {"v34", "ended-no-frames"} <= set(codes(heard))


def _noise(seconds: float, level: int, seed: int = 1) -> Pcm:
    dice = random.Random(seed)
    return Pcm(int(dice.gauss(0, level)) for _ in range(int(8000 * seconds)))


@pytest.mark.parametrize(
    "sound",
    [Pcm(), Pcm([1]), Pcm.silence(40_000), _noise(10, 30), _noise(10, 3000), Pcm([32767, -32768] * 20_000)],
    ids=["nothing", "one sample", "silence", "faint noise", "noise", "clipped"],
)
def test_what_is_no_fax_is_no_fax(sound: Pcm) -> None:
    for channels in ([sound], [sound, sound]):
        heard = analyse(channels)
        assert not heard.is_fax
        assert list(lines_of(heard, Saying())) == []
        assert summary_of(heard)["fax"] is False


def test_any_frames_are_lines() -> None:
    dice = random.Random(7)
    made = Spoken()
    for _ in range(6):
        octets = [b"\xff\x03" + dice.randbytes(dice.randrange(1, 40)) for _ in range(4)]
        made.say(dice.choice(("caller", "called")), *octets)
    for language in ("en", "zh"):
        saying = Saying(language)
        lines = list(lines_of(made.heard, saying))
        assert len([line for line in lines if line["type"] == "frame"]) == 24
        assert "".join(told(lines, saying))


def test_any_cut_of_a_call_is_analysed() -> None:
    _, coded = page(30)
    made = opened("v17", 14400, ecm=True).fast("v17", 14400, frames=frames_of(coded), short=True)
    channels = made.say("caller", frame("caller", "PPS", pps("EOP", 0, 1))).channels
    dice = random.Random(3)
    for _ in range(6):
        begin, end = sorted(dice.randrange(len(channels[0])) for _ in range(2))
        heard: Heard = analyse([channel[begin:end] for channel in channels])
        assert all(line["t"] >= 0 for line in lines_of(heard, Saying()))


def test_more_channels_or_hours_are_refused() -> None:
    with pytest.raises(InputError, match="3 channels"):
        analyse([Pcm()] * 3)
    with pytest.raises(InputError, match=r"2\.0 hours: at most 2"):
        analyse([Pcm.silence(2 * 3600 * 8000 + 1)])


def _parts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [(words_en.LINES, words_zh.LINES), (words_en.FINDINGS, words_zh.FINDINGS)],
    ids=["lines", "findings"],
)
def test_sentences_of_both_languages_say_the_same_things(
    english: dict[str, str], chinese: dict[str, str]
) -> None:
    assert english.keys() == chinese.keys()
    assert {key: _parts(text) for key, text in english.items()} == {
        key: _parts(text) for key, text in chinese.items()
    }


def test_every_frame_and_field_has_chinese_words() -> None:
    frames = {name for name in NAMES if name != "unknown"}
    assert words_zh.FRAMES.keys() == frames
    every_bit = t30_frames.parse(build("DIS", b"\xff" * 16))
    assert {field.first_bit for field in every_bit.fields} <= words_zh.FIELDS.keys()
