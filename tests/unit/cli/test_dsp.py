from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctidrv import events
from ctidrv.cli import main
from ctidrv.cli.dsp_detect import lines_of
from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.native import cid
from ctidrv.native.ear import Ear
from ctidrv.native.fax import fax_tone
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, dtmf, render, tone

MESSAGE = cid.encode_mdmf(number="2025550143", name="ALICE WONG", when="11221430")


def write(path: Path, *channels: Pcm) -> str:
    writer = WavWriter(path, len(channels), sync=False)
    frames = zip(*(list(channel) for channel in channels), strict=True)
    writer.write(Pcm(value for frame in frames for value in frame).bytes)
    writer.close()
    return str(path)


def busy(cycles: int) -> Pcm:
    spec = tone([Part(hz=(480, 620), level=-13, ms=500), Part(ms=500)], loop=True)
    return render(spec, cycles * 8000)


@pytest.fixture
def a_call() -> Pcm:
    """Caller ID from 0.5 s, digits, busy tone."""
    quiet = Pcm.silence(4000)
    return quiet + cid.fsk_burst(MESSAGE) + quiet + dtmf("5#", on_ms=80, off_ms=80) + quiet + busy(4) + quiet


def of(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["type"] == kind]


def test_detect_prints_the_events_of_the_contract(dsp: Any, a_call: Pcm, tmp_path: Path) -> None:
    code, lines, _ = dsp("detect", write(tmp_path / "call.wav", a_call), "--json")
    assert code == 0
    (caller,) = (dict(line) for line in of(lines, "callerid"))
    assert abs(caller.pop("t") - 0.5) < 0.01
    assert caller.pop("t_report") > 1.2
    assert caller == {
        "type": "callerid",
        "standard": "bell202",
        "kind": "call",
        "number": "2025550143",
        "name": "ALICE WONG",
        "reason": None,
        "datetime": "11221430",
        "checksum_ok": True,
        "raw": MESSAGE.hex(),
    }
    digits = of(lines, "dtmf")
    assert [line["digit"] for line in digits] == ["5", "#"]
    assert all(abs(line["duration_ms"] - 80) <= 5 for line in digits)
    assert set(digits[0]) == {"type", "digit", "t", "t_report", "duration_ms"}
    tones = of(lines, "progress")
    assert [(line["tone"], line["state"]) for line in tones] == [("busy", "on"), ("busy", "off")]
    assert lines == sorted(lines, key=lambda line: line["t_report"])


def test_detect_prints_fax_tones_as_the_contract_says(
    dsp: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = Pcm.silence(8000)
    sound = quiet + fax_tone("cng", ms=4000) + quiet + fax_tone("ansam", ms=3000) + Pcm.silence(600)
    path = write(tmp_path / "fax.wav", sound + fax_tone("v21", ms=1000) + quiet)
    lines = of(dsp("detect", path, "--json")[1], "fax")
    assert [set(line) for line in lines] == [{"type", "t", "t_report", "tone"}] * 3
    assert [line["tone"] for line in lines] == ["cng", "ansam", "v21"]
    assert [line["t"] for line in lines] == pytest.approx([1.0, 6.0, 9.075], abs=0.005)
    assert [line["t_report"] for line in lines] == pytest.approx([1.81, 6.61, 9.29], abs=0.02)
    assert lines_of(read_wav(path).channels[0], block=1) == lines_of(read_wav(path).channels[0])
    assert main(["dsp", "detect", path, "--text"]) == 0
    assert "     6.000 s  fax tone ansam" in capsys.readouterr().out


def test_detect_says_who_answered_when_it_is_asked(tmp_path: Path, dsp: Any) -> None:
    """Two bursts of ringback, a greeting, a pause, a beep."""
    ringback = render(tone([Part((440, 480), -19, 2000), Part(ms=4000)], loop=True), 64_000)
    greeting = read_wav(Path(__file__).parents[3] / "hw-sim/hwsim/voices/ann-lee.wav").channels[0]
    beep = render(tone([Part((1000,), -13, 400)]), 3200)
    audio = ringback + Pcm.silence(8000) + greeting + Pcm.silence(6000) + beep + Pcm.silence(16_000)
    end = (len(ringback) + 8000 + len(greeting) + 6000 + len(beep)) / 8000
    name = write(tmp_path / "answer.wav", audio)
    _, lines, _ = dsp("detect", name, "--answer")
    answers = [line for line in lines if line["type"] == "answer"]
    assert [(line["who"], line["beep"]) for line in answers] == [
        ("machine", None),
        ("machine", pytest.approx(end, abs=0.05)),
    ]
    assert answers[0]["t"] == pytest.approx(9.0, abs=0.1)
    assert answers[0]["t_report"] < answers[1]["t_report"] < end + 0.1
    assert answers[0]["confidence"] < answers[1]["confidence"]
    _, without, _ = dsp("detect", name)
    assert without == [line for line in lines if line["type"] != "answer"]
    assert main(["dsp", "detect", name, "--answer", "--text"]) == 0
    for block in (1, 160):
        assert lines_of(audio, block=block, answer=True) == lines


def test_detect_with_blocks_of_1_160_and_all_gives_the_same_lines(a_call: Pcm) -> None:
    whole = lines_of(a_call)
    assert len(whole) >= 5
    assert lines_of(a_call, block=160) == whole
    assert lines_of(a_call, block=1) == whole


def test_report_time_is_the_shortest_prefix_that_gives_the_event(a_call: Pcm) -> None:
    for line in lines_of(a_call):
        known = round(line["t_report"] * 8000)

        def heard(samples: int) -> int:
            return sum(not isinstance(e, events.DigitUp) for e in Ear().hear(a_call[:samples]))

        assert heard(known - 1) < heard(known)


def test_digit_and_tone_still_on_at_the_end_end_there(dsp: Any, tmp_path: Path) -> None:
    sound = Pcm.silence(800) + dtmf("7", on_ms=100, off_ms=0)[:800]
    (line,) = dsp("detect", write(tmp_path / "digit.wav", sound))[1]
    assert line["digit"] == "7"
    assert line["duration_ms"] == pytest.approx(100, abs=3)
    dial = render(tone([Part(hz=(350, 440), level=-13)]), 24000)
    lines = dsp("detect", write(tmp_path / "dial.wav", dial))[1]
    assert [(line["tone"], line["state"]) for line in lines] == [("dial", "on"), ("dial", "off")]
    assert lines[-1]["t"] == lines[-1]["t_report"] == 3.0


def test_two_channels_need_a_choice(dsp: Any, a_call: Pcm, tmp_path: Path) -> None:
    path = write(tmp_path / "two.wav", Pcm.silence(len(a_call)), a_call)
    code, lines, error = dsp("detect", path)
    assert (code, lines) == (2, [])
    assert "--channel" in error
    assert dsp("detect", path, "--channel", "1")[1] == []
    assert len(dsp("detect", path, "--channel", "2")[1]) >= 5


def test_channel_that_is_not_there_is_refused(dsp: Any, tmp_path: Path) -> None:
    code, _, error = dsp("detect", write(tmp_path / "one.wav", Pcm.silence(80)), "--channel", "2")
    assert code == 2
    assert "no channel 2" in error


@pytest.mark.parametrize("content", [b"", b"no WAV at all", b"RIFF\x24\0\0\0WAVE"])
def test_unreadable_file_is_one_clear_line_and_exit_2(dsp: Any, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    code, lines, error = dsp("detect", str(path))
    assert (code, lines) == (2, [])
    assert error.count("\n") == 1
    assert str(path) in error


def test_other_rate_is_refused_with_what_is_needed(dsp: Any, tmp_path: Path) -> None:
    path = Path(write(tmp_path / "fast.wav", Pcm.silence(800)))
    data = bytearray(path.read_bytes())
    data[24:28] = (16000).to_bytes(4, "little")
    path.write_bytes(data)
    code, _, error = dsp("callerid", str(path))
    assert code == 2
    assert "16" in error
    assert "8" in error


@pytest.mark.parametrize("arguments", [("detect",), ("callerid",), ("detect", "x.wav", "--microphone")])
def test_missing_or_double_source_is_wrong_usage(dsp: Any, arguments: tuple[str, ...]) -> None:
    assert dsp(*arguments)[0] == 2


def test_unknown_country_is_wrong_usage(dsp: Any, tmp_path: Path) -> None:
    code, _, error = dsp("detect", write(tmp_path / "s.wav", Pcm.silence(80)), "--country", "xx")
    assert code == 2
    assert "xx" in error


def test_country_decides_by_frequency(dsp: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "busy.wav", Pcm.silence(800) + busy(5) + Pcm.silence(8000))
    assert of(dsp("detect", path, "--country", "US")[1], "progress")[0]["tone"] == "busy"
    german = of(dsp("detect", path, "--country", "de")[1], "progress")
    assert german == []  # busy is 425 Hz there


def test_callerid_prints_caller_ids_only(dsp: Any, a_call: Pcm, tmp_path: Path) -> None:
    code, lines, _ = dsp("callerid", write(tmp_path / "call.wav", a_call))
    assert code == 0
    assert [line["type"] for line in lines] == ["callerid"]


def test_damaged_caller_id_has_no_number_but_its_bytes(dsp: Any, tmp_path: Path) -> None:
    damaged = bytearray(MESSAGE)
    damaged[20] ^= 1
    sound = Pcm.silence(800) + cid.fsk_burst(bytes(damaged), standard="v23") + Pcm.silence(800)
    (line,) = dsp("callerid", write(tmp_path / "bad.wav", sound))[1]
    assert line["checksum_ok"] is False
    assert (line["number"], line["name"], line["datetime"]) == (None, None, None)
    assert line["raw"] == damaged.hex()
    assert line["standard"] == "v23"


def test_message_waiting_is_told_from_a_call(dsp: Any, tmp_path: Path) -> None:
    sound = cid.fsk_burst(cid.encode_waiting(True)) + Pcm.silence(800)
    (line,) = dsp("callerid", write(tmp_path / "mwi.wav", sound))[1]
    assert line["kind"] == "message-waiting"


def _waiting_call() -> Pcm:
    burst = cid.fsk_burst(MESSAGE, seizure_bits=0, mark_bits=80)
    return cid.alert(ms=80) + Pcm.silence(400) + cid.acknowledgement() + Pcm.silence(800) + burst


@pytest.mark.parametrize(
    ("sound", "standard", "kind", "number", "checksum_ok"),
    [
        (cid.dtmf_sound("A0201234567C"), "dtmf", "call", "0201234567", None),
        (cid.dtmf_sound("D88887777C"), "dtmf", "call", "88887777", None),
        (cid.dtmf_sound("A0201234567"), "dtmf", "call", None, False),
        (
            cid.fsk_burst(cid.encode_jclip(number="0312345678"), standard="jclip", seizure_bits=0),
            "jclip",
            "call",
            "0312345678",
            True,
        ),
        (_waiting_call(), "bell202", "call-waiting", "2025550143", True),
    ],
)
def test_callerid_knows_every_standard(
    dsp: Any,
    tmp_path: Path,
    sound: Pcm,
    standard: str,
    kind: str,
    number: str | None,
    checksum_ok: bool | None,
) -> None:
    path = write(tmp_path / "cid.wav", Pcm.silence(2400) + sound + Pcm.silence(8000))
    for command in ("callerid", "detect"):
        (line,) = of(dsp(command, path)[1], "callerid")
        assert (line["standard"], line["kind"], line["number"]) == (standard, kind, number)
        assert line["checksum_ok"] is checksum_ok
    assert main(["dsp", "callerid", path, "--text"]) == 0


def test_name_is_read_by_the_code_page_of_the_country(dsp: Any, tmp_path: Path) -> None:
    burst = cid.fsk_burst(cid.encode_mdmf(number="13800138000", name="陈喆".encode("gbk")))
    path = write(tmp_path / "gbk.wav", burst + Pcm.silence(800))
    (line,) = of(dsp("detect", path, "--country", "cn")[1], "callerid")
    assert line["name"] == "陈喆"


def test_text_is_for_people(a_call: Pcm, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dsp", "detect", write(tmp_path / "call.wav", a_call), "--text"]) == 0
    out = capsys.readouterr().out
    assert "digit 5, " in out
    assert "2025550143, ALICE WONG" in out
    assert "busy tone on" in out


# What independent programs make: SoX's tones, espeak-ng's speech.

NEW = ("-n", "-r", "8000", "-b", "16", "-c", "1")


@pytest.fixture
def sox(tmp_path: Path) -> Callable[..., str]:
    path = shutil.which("sox")
    if path is None:
        pytest.skip("sox is not installed")

    def run(*arguments: str) -> str:
        """Makes a file by `arguments` of sox, in which "OUT" stands for it; its name."""
        name = str(tmp_path / f"sox{len(list(tmp_path.iterdir()))}.wav")
        command = [path, "-R", *(name if word == "OUT" else word for word in arguments)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return name

    return run


def sox_pair(sox: Any, seconds: float, low: float, high: float, *, silence: float = 0.0) -> str:
    sound = ("synth", str(seconds), "sine", str(low), "sine", str(high), "remix", "-", "vol", "0.4")
    return str(sox(*NEW, "OUT", *sound, "pad", "0", str(silence)))


@pytest.fixture
def speech(sox: Any, tmp_path: Path) -> str:
    path = shutil.which("espeak-ng")
    if path is None:
        pytest.skip("espeak-ng is not installed")
    words = (
        "Thank you for calling. Please leave a message after the tone, or press a key. "
        "Our office is open from nine to five, and we will call you back tomorrow morning."
    )
    subprocess.run([path, "-w", str(tmp_path / "speech.wav"), words], check=True, timeout=60)
    return str(sox(str(tmp_path / "speech.wav"), "-r", "8000", "-b", "16", "-c", "1", "OUT", "vol", "0.5"))


LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"


def test_all_sixteen_digits_of_sox_are_heard(dsp: Any, sox: Any) -> None:
    parts = [
        sox_pair(sox, 0.06, LOW[index // 4], HIGH[index % 4], silence=0.06) for index in range(len(KEYS))
    ]
    code, lines, _ = dsp("detect", sox(*parts, "OUT", "pad", "0.5", "0.5"))
    assert code == 0
    assert "".join(line["digit"] for line in of(lines, "dtmf")) == KEYS
    for index, line in enumerate(of(lines, "dtmf")):
        assert line["t"] == pytest.approx(0.5 + 0.12 * index, abs=0.006)
        assert line["t_report"] - line["t"] < 0.04
        assert line["duration_ms"] == pytest.approx(60, abs=6)


CADENCES = {
    "dial": [(3.0, 0.0, 350, 440)],
    "ringback": [(2.0, 4.0, 440, 480)] * 3,
    "busy": [(0.5, 0.5, 480, 620)] * 5,
    "congestion": [(0.25, 0.25, 480, 620)] * 8,
}


@pytest.mark.parametrize("country", [None, "us"])
@pytest.mark.parametrize("name", CADENCES)
def test_call_progress_tone_of_sox_is_named(dsp: Any, sox: Any, name: str, country: str | None) -> None:
    parts = [sox_pair(sox, on, low, high, silence=off) for on, off, low, high in CADENCES[name]]
    choice = () if country is None else ("--country", country)
    lines = dsp("detect", sox(*parts, "OUT", "pad", "1", "6"), *choice)[1]
    tones = of(lines, "progress")
    assert [(line["tone"], line["state"]) for line in tones] == [(name, "on"), (name, "off")]
    assert tones[0]["t"] == pytest.approx(1.0, abs=0.03)
    assert of(lines, "dtmf") == []


# On, off, frequencies; who knows them without a country.
SPECIAL = {
    "sit": ([(0.33, 0, 950), (0.33, 0, 1400), (0.33, 1.0, 1800)], [None, "de"]),
    "sit of Bellcore, short": ([(0.274, 0, 914), (0.274, 0, 1371), (0.38, 1.0, 1777)], [None, "us"]),
    "sit of Bellcore, high": ([(0.38, 0, 985), (0.38, 0.03, 1428), (0.38, 1.0, 1777)], [None, "us"]),
    "howler": ([(0.1, 0.1, 1400, 2060, 2450, 2600)] * 20, [None, "us"]),
    "nu": ([(2.5, 0.5, 425)] * 2, ["pg"]),
    "stutter": ([(0.1, 0.1, 350, 440)] * 3 + [(2.0, 0, 350, 440)], ["us"]),
    "confirm": ([(0.1, 0.1, 350, 440), (0.3, 0.1, 350, 440)], ["us"]),
    "confirm at 1400 Hz": ([(3.0, 0, 1400)], ["gb"]),
    "call_waiting": ([(0.3, 10, 440)] * 2, ["us"]),
    "dial2": ([(3.0, 0, 350, 425)], ["pl"]),
}


@pytest.mark.parametrize(
    ("name", "country"), [(name, each) for name, (_, known) in SPECIAL.items() for each in known]
)
def test_special_tone_of_sox_is_named(dsp: Any, sox: Any, name: str, country: str | None) -> None:
    parts = []
    for on, off, *hz in SPECIAL[name][0]:
        sines = [word for each in hz for word in ("sine", str(each))]
        mix = ("synth", str(on), *sines, "remix", "-", "vol", "0.4", "pad", "0", str(off))
        parts.append(str(sox(*NEW, "OUT", "channels", str(len(hz)), *mix)))
    choice = () if country is None else ("--country", country)
    tones = of(dsp("detect", sox(*parts, "OUT", "pad", "1", "6"), *choice)[1], "progress")
    word = name.split()[0]
    before = [("dial", "on"), ("dial", "off")] if word == "nu" else []  # until it stops after 2.5 s
    assert [(line["tone"], line["state"]) for line in tones] == [*before, (word, "on"), (word, "off")]
    assert tones[0]["t"] == pytest.approx(1.0, abs=0.03)


def test_a_whole_call_with_speech_is_heard_right(dsp: Any, sox: Any, speech: str, tmp_path: Path) -> None:
    burst = write(tmp_path / "burst.wav", cid.fsk_burst(MESSAGE))
    gap = sox(*NEW, "OUT", "trim", "0", "1")
    digits = [sox_pair(sox, 0.08, LOW[1], HIGH[1], silence=0.2), sox_pair(sox, 0.08, LOW[3], HIGH[2])]
    ringback = [sox_pair(sox, 2.0, 440, 480, silence=4.0)] * 2
    clearing = [sox_pair(sox, 0.5, 480, 620, silence=0.5)] * 5
    parts = [gap, burst, gap, *ringback, speech, gap, *digits, gap, speech, gap, *clearing, gap, gap]
    lines = dsp("detect", sox(*parts, "OUT"))[1]
    assert [line["number"] for line in of(lines, "callerid")] == ["2025550143"]
    assert [line["digit"] for line in of(lines, "dtmf")] == ["5", "#"]
    tones = [(line["tone"], line["state"]) for line in of(lines, "progress")]
    assert tones == [("ringback", "on"), ("ringback", "off"), ("busy", "on"), ("busy", "off")]
    assert "on" in [line["state"] for line in of(lines, "voice")]


def test_digits_over_speech_of_espeak_are_heard(dsp: Any, sox: Any, speech: str) -> None:
    """80 ms digits 6 dB above the speech they are mixed with; the speech alone gives none."""
    digits = [sox_pair(sox, 0.08, LOW[0], HIGH[1], silence=0.92) for _ in range(4)]
    keys = sox(*digits, "OUT", "pad", "0.7", "3")
    quiet = sox(speech, "OUT", "vol", "0.5")
    lines = dsp("detect", sox("-m", "-v", "1", quiet, "-v", "1", keys, "OUT"))[1]
    assert "".join(line["digit"] for line in of(lines, "dtmf")) == "2222"
    alone = dsp("detect", speech)[1]
    assert of(alone, "dtmf") == of(alone, "callerid") == of(alone, "progress") == []


def test_learnt_tone_is_printed_as_country_files_have_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = write(tmp_path / "busy.wav", busy(6))
    assert main(["dsp", "learn", name, "--tone", "congestion"]) == 0
    made = tomllib.loads(capsys.readouterr().out)["tones"]["congestion"]
    assert made["hz"] == pytest.approx([480, 620], rel=0.005)
    assert made["ms"] == pytest.approx([500, 500], abs=5)
    assert made["level_dbm0"] == pytest.approx([-13], abs=0.5)
    assert main(["dsp", "learn", name, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["tone"] == "busy"
    assert row["cycles"] >= 3


def test_recording_without_a_tone_teaches_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = write(tmp_path / "silence.wav", Pcm.silence(16000))
    assert main(["dsp", "learn", name]) == 2
    error = capsys.readouterr().err
    assert "silence.wav: no steady tone" in error
    assert error.count("\n") == 1
