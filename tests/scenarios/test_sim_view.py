"""`ctidrv sim view`: kept cases are drawn, events lie over their sounds, and bad folders are one line."""

from __future__ import annotations

import base64
import json
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from ctidrv.cli import main

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
LEFT, PLOT = 170, 1200
DIGIT_HZ = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477)}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The scenario that ships, passed and kept: ringing, caller ID, a menu with three digits, a message."""
    folder = tmp_path_factory.mktemp("kept")
    assert main(["sim", "run", "hotline.scenario.yaml", "--keep", str(folder), "--keep-passed"]) == 0
    (case,) = folder.iterdir()
    return case


def drawn(case, tmp_path, *more):
    file = tmp_path / "drawn.svg"
    assert main(["sim", "view", str(case), "--output", str(file), *more]) == 0
    return ElementTree.parse(file).getroot()


def marks(root, track):
    """(text, x, width) of each."""
    return [
        (each.get("data-text"), float(each.get("x")), float(each.get("width")))
        for each in root.iter(f"{SVG}rect")
        if each.get("data-track") == track
    ]


def indexed(address):
    """A PNG of the picture: an array of places in its palette, the lowest frequency first."""
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    width, height = struct.unpack(">II", data[16:24])
    at = data.index(b"IDAT")
    body = data[at + 4 : at + 4 + struct.unpack(">I", data[at - 4 : at])[0]]
    rows = np.frombuffer(zlib.decompress(body), np.uint8).reshape(height, width + 1)
    assert not rows[:, 0].any()
    return rows[::-1, 1:]


def test_the_kept_case_has_its_events_in_samples_beside_the_recordings(kept):
    run = json.loads((kept / "run.json").read_text("utf-8"))
    assert run["run"] == 1
    caller, line = run["parties"]
    sound, _ = soundfile.read(kept / caller["sounds"][0]["file"], dtype="int16")
    begin = caller["sounds"][0]["begin"]
    digits = [mark for mark in line["tracks"]["detectors"] if mark["text"] in DIGIT_HZ]
    assert [mark["text"] for mark in digits] == ["1", "5", "9"]
    for mark in digits:
        said = sound[mark["begin"] - begin : mark["end"] - begin, 0].astype(float)
        size = np.abs(np.fft.rfft(said * np.hanning(len(said)), 8000))
        for hz in DIGIT_HZ[mark["text"]]:
            assert size[hz - 10 : hz + 10].max() > 0.5 * size.max()
        before = sound[mark["begin"] - begin - 400 : mark["begin"] - begin - 100, 0]
        assert abs(before.astype(int)).max() < 100  # the tone begins where the event does
    (number,) = [mark for mark in line["tracks"]["detectors"] if "caller ID" in mark["text"]]
    first, second = line["tracks"]["ring"]
    assert first["end"] < number["begin"] < number["end"] < second["begin"]
    assert "13800000001 ANN LEE" in number["text"]
    assert line["tracks"]["hook"][0]["begin"] > second["begin"]


@pytest.mark.parametrize("stretch", [[], ["--from", "20", "--to", "25"], ["--from", "21", "--to", "21.4"]])
def test_a_digits_event_lies_over_its_tone_in_the_drawing(kept, tmp_path, stretch):
    root = drawn(kept, tmp_path, *stretch)
    said = next(root.iter(f"{SVG}image"))
    shades = indexed(said.get(f"{XLINK}href"))
    a_column = float(said.get("width")) / shades.shape[1]
    digits = [mark for mark in marks(root, "detectors") if mark[0] in DIGIT_HZ]
    assert len(digits) == (1 if "21.4" in stretch else 3)
    for digit, x, width in digits:
        low, high = (round(hz / 31.25) for hz in DIGIT_HZ[digit])
        columns = [int((at - float(said.get("x"))) / a_column) for at in (x, x + width / 2, x + width)]
        assert min(shades[low, columns[1]], shades[high, columns[1]]) > 45  # both tones, about -20 dBm0
        assert shades[low + 5, columns[1]] < shades[low, columns[1]] - 8
        around = 0.05 * PLOT / (float(stretch[3]) - float(stretch[1])) if stretch else 3
        for outside in (columns[0] - around / a_column, columns[2] + around / a_column):
            if 0 <= outside < shades.shape[1]:
                assert shades[low, int(outside)] < 25


def test_the_waveform_stands_where_the_sound_is(kept, tmp_path):
    root = drawn(kept, tmp_path, "--from", "20", "--to", "25")
    said = next(each for each in root.iter(f"{SVG}path") if each.get("stroke") == "#1f6fb4")
    strokes = re.findall(r"M([\d.]+),([\d.]+)V([\d.]+)", said.get("d"))
    loud = [float(x) for x, top, bottom in strokes if float(bottom) - float(top) > 10]
    (one, *_) = [mark for mark in marks(root, "detectors") if mark[0] == "1"]
    first = [x for x in loud if x < one[1] + 100]
    assert abs(first[0] - one[1]) < 3
    assert abs(first[-1] - (one[1] + one[2])) < 3


def test_every_track_is_drawn_with_a_legend_in_both_languages(kept, tmp_path):
    words = {}
    for language in ("en", "zh"):
        root = drawn(kept, tmp_path, "--lang", language)
        words[language] = {text.text for text in root.iter(f"{SVG}text")}
        tracks = {each.get("data-track") for each in root.iter(f"{SVG}rect")} - {None}
        assert tracks == {"hook", "ring", "does", "hears", "detectors", "prompts", "keys", "steps", "call"}
    assert {"off hook", "ringing", "battery lost", "prompts", "script steps", "passed"} <= words["en"]
    assert {"摘机", "振铃", "馈电中断", "提示音", "脚本步骤", "通过"} <= words["zh"]
    assert "please-leave-message (en-US)" in words["zh"]


def test_one_party_alone(kept, tmp_path, capsys):
    root = drawn(kept, tmp_path, "--party", "sim/1", "--json")
    assert json.loads(capsys.readouterr().out)["parties"] == ["sim/1"]
    assert not list(root.iter(f"{SVG}image"))


def test_a_failed_case_says_what_failed(code_project, tmp_path):
    script = code_project / "code.ivr.yaml"
    script.write_text(script.read_text("utf-8").replace("prompt: please-enter", "prompt: wrong"), "utf-8")
    file = code_project / "code.scenario.yaml"
    steps = 'dial: "8001", press: "*", hear: {prompt: please-enter, within: 4s}, hang_up'
    file.write_text(f"scenario: 1\nname: 坏了的菜单\nscript: code.ivr.yaml\ncaller: [{steps}]\n", "utf-8")
    assert main(["sim", "run", str(file), "--keep", str(tmp_path / "failed")]) == 1
    root = drawn(tmp_path / "failed", tmp_path)
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert "坏了的菜单" in words
    assert "failed" in words
    assert any("line 4: the caller 5550001 waited 4 s for 'please-enter'" in each for each in words)


def test_reversals_and_breaks_of_the_line_are_drawn_where_they_were(code_project, tmp_path):
    file = code_project / "break.scenario.yaml"
    file.write_text(
        "scenario: 1\nscript: code.ivr.yaml\nboard: {clearing: [reversal, loop-break], loop_break_ms: 600}\n"
        'caller: [dial: "8001", silence: 1s, hang_up]\n',
        encoding="utf-8",
    )
    assert main(["sim", "run", str(file), "--keep", str(tmp_path / "kept"), "--keep-passed"]) == 0
    root = drawn(tmp_path / "kept", tmp_path)
    hung_up = next(x for text, x, _ in marks(root, "does") if text == "hangs up")
    changes = [*marks(root, "battery"), *marks(root, "polarity")]
    assert changes
    assert all(hung_up <= x < hung_up + 200 for _, x, _ in changes)


def test_the_same_case_gives_the_same_picture(kept, tmp_path):
    first, second = (ElementTree.tostring(drawn(kept, tmp_path)) for _ in range(2))
    assert first == second


def view_by_itself(kept, *more, without=""):
    """In a process of its own; `without`: with a package that cannot be imported."""
    code = f"import sys; sys.modules.update({{{without!r}: None}})\n" if without else "import sys\n"
    code += "from ctidrv.cli import main\nsys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-P", "-c", code, "sim", "view", str(kept), *more],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )


def test_a_png_is_the_drawing_without_a_screen(kept, tmp_path):
    pytest.importorskip("PySide6")
    file = tmp_path / "drawn.png"
    done = view_by_itself(kept, "--output", str(file), "--lang", "zh")
    assert done.returncode == 0, done.stderr
    data = file.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    root = drawn(kept, tmp_path, "--lang", "zh")
    assert struct.unpack(">II", data[16:24]) == (int(root.get("width")), int(root.get("height")))
    assert len(data) > 50_000


def test_a_png_without_qt_is_one_line_that_says_what_to_do(kept, tmp_path):
    done = view_by_itself(kept, "--output", str(tmp_path / "a.png"), without="PySide6")
    assert done.returncode == 2
    assert 'a PNG needs Qt: pip install "ctidrv[desktop]"' in done.stderr
    assert len(done.stderr.splitlines()) == 1


def copied(kept, tmp_path):
    case = tmp_path / "case"
    case.mkdir()
    for path in kept.glob("*.*"):
        (case / path.name).write_bytes(path.read_bytes())
    return case, next(case.glob("*.wav"))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), "is missing"),
        (lambda path: path.write_bytes(b""), "empty file"),
        (lambda path: path.write_bytes(b"RIFF" * 100), "not a WAV file"),
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "cut off"),
        (lambda path: soundfile.write(path, np.zeros(800), 8000, "PCM_16"), "one channel"),
        (lambda path: soundfile.write(path, np.zeros((800, 2)), 44100, "PCM_16"), "44100 Hz"),
        (lambda path: (path.unlink(), path.mkdir()), "is missing"),
    ],
)
def test_a_missing_or_damaged_recording_is_one_line(kept, tmp_path, capsys, damage, words):
    case, sound = copied(kept, tmp_path)
    damage(sound)
    assert main(["sim", "view", str(case)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert sound.name in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--from", "99"], 2, "over after 40.32 s"),
        (["--from", "5", "--to", "5"], 2, "at least 10 ms"),
        (["--party", "5551234"], 2, "there are 13800000001, sim/1"),
        (["--output", "a.gif"], 2, "must end in .svg or .png"),
        (["--output", "no/such/folder/a.svg"], 1, "cannot be written"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(kept, capsys, more, code, words):
    assert main(["sim", "view", str(kept), *more]) == code
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("time", ["nan", "-1", "inf", "soon"])
def test_a_time_that_is_none_is_refused(kept, capsys, time):
    with pytest.raises(SystemExit) as ended:
        main(["sim", "view", str(kept), f"--from={time}"])
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_passed_cases_are_kept_only_somewhere(capsys):
    assert main(["sim", "run", "hotline.scenario.yaml", "--keep-passed"]) == 2
    assert "with --keep DIR" in capsys.readouterr().err


def test_a_case_that_passes_is_not_kept_without_being_asked(code_project, tmp_path):
    file = code_project / "short.scenario.yaml"
    file.write_text('scenario: 1\nscript: code.ivr.yaml\ncaller: [dial: "8001", hang_up]\n', encoding="utf-8")
    assert main(["sim", "run", str(file), "--keep", str(tmp_path / "kept")]) == 0
    assert not Path(tmp_path / "kept").exists()
