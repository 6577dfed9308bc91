"""``ctidrv fax analyse`` on calls of libspandsp with itself: frames, rates and pages as they were."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ctidrv.apps.fax.analysis.findings import findings_of
from ctidrv.apps.fax.analysis.heard import Heard, analyse
from ctidrv.apps.fax.analysis.lines import summary_of
from ctidrv.cli import main
from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from tests.native import page_set
from tests.native.spandsp_terminal import V17, V27TER, V29, Call, Terminal, call, load, tiff, wire

ROOT = Path(__file__).parents[2]
CALLER, CALLED = "+86 10 6552 9988", "+44 20 7946 0018"
PAGES = [page_set.text(rows=240), page_set.table(rows=120)]
KINDS: dict[str, dict[str, Any]] = {
    "v17 14400 mmr": {},
    "v17 14400 mr": {"ecm": False, "codings": ("mh", "mr")},
    "v29 9600 mmr": {"modems": V29 | V27TER},
    "v29 9600 mh": {"modems": V29 | V27TER, "ecm": False, "codings": ("mh",)},
    "v27ter 4800 mh": {"modems": V27TER, "codings": ("mh",)},
    "v27ter 4800 mr": {"modems": V27TER, "ecm": False, "codings": ("mh", "mr")},
}


def called_up(
    folder: Path,
    pages: list[Image.Image],
    kind: dict[str, Any],
    *,
    echo_protection: bool = False,
    **to: float,
) -> Call:
    lib = load()
    caller = Terminal(lib, True, ident=CALLER, send=tiff(folder / "sent.tif", pages), **kind)
    called = Terminal(lib, False, ident=CALLED, receive=folder / "came.tif", **kind)
    for each in (caller, called) if echo_protection else ():
        each.protect_from_echo()
    return call(caller, called, wire(1, **to), wire(2))


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def made(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Call:
    return called_up(tmp_path_factory.mktemp("fax"), PAGES, KINDS[kind])


def is_exact(heard: Heard) -> bool:
    pages = [page.decoded.rows for page in heard.pages if page.decoded is not None]
    return pages == [page_set.packed(page) for page in PAGES]


def names(heard: Heard) -> list[str]:
    return [m.frame.name for m in heard.call.messages if m.frame is not None]


def codes(heard: Heard) -> list[str]:
    return [finding.code for finding in findings_of(heard)]


@pytest.mark.parametrize("place", ["caller", "called"])
@pytest.mark.parametrize("wires", ["recorded", "mixed"])
def test_call_of_any_modem_is_read_from_either_end_on_one_channel_and_on_two(
    made: Call, kind: str, place: str, wires: str
) -> None:
    modem, bit_rate, coding = kind.split()
    heard = analyse(made.recorded(place) if wires == "recorded" else made.mixed(place))
    assert is_exact(heard)
    assert [(page.coding, page.command, page.answer) for page in heard.pages] == [
        (coding, "MPS", "MCF"),
        (coding, "EOP", "MCF"),
    ]
    summary = summary_of(heard)
    assert (summary["modem"], summary["bit_rate"]) == (modem, int(bit_rate))
    assert (summary["caller_ident"], summary["called_ident"]) == (CALLER, CALLED)
    assert (summary["ended_by"], summary["reason"], summary["bad_rows"]) == ("caller", "done", 0)
    assert [check.errors for check in heard.checks] == [0]
    assert all(pause.verdict == "ok" for pause in heard.pauses)
    assert codes(heard) == ["ended-done"]
    order = ["CSI", "DIS", "TSI", "DCS", "CFR", "MPS", "MCF", "EOP", "MCF", "DCN"]
    assert [name.removeprefix("PPS-") for name in names(heard)] == order


@pytest.mark.parametrize("kind", ["v17 14400 mmr", "v29 9600 mh"], indirect=True)
def test_recording_that_begins_behind_the_order_is_read_all_the_same(made: Call, kind: str) -> None:
    whole = analyse(made.recorded())
    begin = whole.checks[0].carrier.end + 800
    heard = analyse([channel[begin:] for channel in made.mixed()])
    assert names(heard)[0] == "CFR"
    assert is_exact(heard)  # modem, rate and coding are told by the carrier
    assert [carrier.reading and carrier.reading.way.modem for carrier in heard.call.carriers] == [
        kind.split()[0]
    ] * 2


def test_noise_at_the_receiver_is_told_with_the_rate_that_it_cost(tmp_path: Path) -> None:
    made = called_up(tmp_path, PAGES[:1], {"ecm": False}, loss_db=14.0, noise=60.0)
    near, far = analyse(made.recorded("called")), analyse(made.recorded("caller"))
    assert [(check.bit_rate, check.answer) for check in near.checks] == [(14400, "FTT"), (12000, "CFR")]
    assert {"noise", "fall-back"} <= set(codes(near))
    assert {"training-lost-clean", "fall-back"} <= set(codes(far))
    assert "noise" not in codes(far)
    snr = [c.reading.quality.snr for c in near.call.carriers if c.reading and c.reading.quality]
    assert all(20 < each < 25 for each in snr)


@pytest.mark.parametrize("modems", [V17, V29, V27TER])
def test_echo_protection_is_a_part_of_its_carrier(modems: int, tmp_path: Path) -> None:
    made = called_up(tmp_path, PAGES, {"modems": modems, "ecm": False}, echo_protection=True)
    heard = analyse(made.mixed())
    assert is_exact(heard)
    assert codes(heard) == ["ended-done"]


@pytest.mark.parametrize("kind", ["v29 9600 mh"], indirect=True)
def test_voice_before_the_fax_and_busy_tone_behind_it_are_no_carriers(made: Call, kind: str) -> None:
    prompts = sorted((ROOT / "ivr_scripts" / "prompts" / "en-US").glob("*.wav"))[:3]
    music = read_wav(ROOT / "ivr_scripts" / "music" / "calm.wav").channels[0]
    voice = sum((read_wav(path).channels[0] for path in prompts), music[: 8000 * 12])
    busy = render(tone([Part(hz=(450,), level=-13, ms=350), Part(ms=350)], loop=True), 8000 * 6)
    assert not analyse([voice + busy]).is_fax
    [line] = made.mixed()
    heard = analyse([voice + line + busy])
    assert is_exact(heard)
    assert codes(heard) == ["ended-done"]
    cut = heard.pages[0].begin + 8000
    gone = analyse([(voice + line)[:cut] + busy])
    assert codes(gone)[0] == "ended-cleared"
    [heard_busy] = [one for one in gone.tones if one.side is None]
    assert heard_busy.name == "busy"
    assert 0 <= heard_busy.begin - cut < 16_000  # bursts that are held for the carrier come first


def written(path: Path, channels: list[Pcm]) -> str:
    writer = WavWriter(path, len(channels), sync=False)
    frames = zip(*(list(channel) for channel in channels), strict=True)
    writer.write(Pcm(value for frame in frames for value in frame).bytes)
    writer.close()
    return str(path)


@pytest.mark.parametrize("kind", ["v29 9600 mh"], indirect=True)
def test_command_writes_pages_and_pictures(
    made: Call, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = written(tmp_path / "call.wav", made.recorded())
    assert main(["fax", "analyse", name, "--to", str(tmp_path / "out"), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["type"] == "fax_analysis"
    files = {Path(line["file"]).name: Path(line["file"]) for line in lines if line["type"] == "file"}
    pictures = {"points-caller-v29-9600.png", "call.png"}
    assert set(files) == {"page-01.png", "page-02.png", "pages.tiff", *pictures}
    for number, page in enumerate(PAGES, 1):
        with Image.open(files[f"page-{number:02}.png"]) as image:
            assert page_set.packed(image.convert("1")) == page_set.packed(page)
    with Image.open(files["pages.tiff"]) as image:
        assert page_set.packed(image.convert("1")) == page_set.packed(PAGES[0])
        assert getattr(image, "n_frames", 1) == len(PAGES)
    for what in pictures:
        with Image.open(files[what]) as image:
            assert image.size[0] == 1400
            assert len(image.convert("RGB").getcolors(1 << 24) or ()) > 50


@pytest.mark.parametrize(
    ("language", "says"), [("en", "ended the call in order"), ("zh", "主叫正常结束通话")]
)
@pytest.mark.parametrize("kind", ["v27ter 4800 mr"], indirect=True)
def test_command_tells_the_call_in_the_language(
    made: Call, kind: str, language: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = written(tmp_path / "call.wav", made.mixed())
    assert main(["fax", "analyse", name, "--lang", language]) == 0
    told = capsys.readouterr().out
    assert says in told
    assert "rate: V.27ter" in told or "速率: V.27ter" in told
    assert CALLED in told
    assert bool(re.search("[\u4e00-\u9fff]", told)) == (language == "zh")


def test_file_without_a_fax_says_so_and_an_unreadable_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = written(tmp_path / "call.wav", [Pcm.silence(16_000)])
    assert main(["fax", "analyse", name]) == 0
    assert "no fax heard" in capsys.readouterr().out
    broken = tmp_path / "broken.wav"
    broken.write_bytes((tmp_path / "call.wav").read_bytes()[:30])
    assert main(["fax", "analyse", str(broken)]) == 2
    assert main(["fax", "analyse", str(tmp_path / "none.wav")]) in (1, 2)
    assert "broken.wav" in capsys.readouterr().err
