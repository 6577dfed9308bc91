"""`ctidrv calls draw`: a recorded call with its journal over its sound, also when the sound is gone."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from ctidrv.cli import main

SVG = "{http://www.w3.org/2000/svg}"
LEFT, PLOT = 170, 1200
DIGIT_HZ = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477)}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The data folder of the scenario that ships, and the id of its call."""
    kept = tmp_path_factory.mktemp("kept")
    assert main(["sim", "run", "hotline.scenario.yaml", "--keep", str(kept), "--keep-passed"]) == 0
    (data,) = kept.glob("*/station")
    (database,) = data.glob("*.db")
    rows = sqlite3.connect(database).execute("SELECT id FROM calls").fetchall()
    return data, rows[0][0]


def drawn(data: Path, call: str, tmp_path: Path, *more: str) -> Any:
    file = tmp_path / "call.svg"
    assert main(["calls", "draw", call, "--data", str(data), "--output", str(file), *more]) == 0
    return ElementTree.parse(file).getroot()


def marks(root: Any, track: str) -> list[tuple[str, int]]:
    """(text, sample from the call's beginning)."""
    found = (each for each in root.iter(f"{SVG}rect") if each.get("data-track") == track)
    return [(each.get("data-text"), int(each.get("data-begin"))) for each in found]


def texts(root: Any) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def test_keys_and_prompts_stand_over_their_sound(played: tuple[Path, str], tmp_path: Path) -> None:
    data, call = played
    root = drawn(data, call, tmp_path)
    (wav,) = data.rglob(f"{call}.wav")
    sound, _ = soundfile.read(wav, dtype="float64")
    ((_, begin),) = marks(root, "hook")  # the recording begins in the tick of the seizure
    keys = marks(root, "keys")
    assert [key for key, _ in keys] == ["1", "5", "9"]
    for key, at in keys:
        heard = sound[at - begin - 760 : at - begin - 360, 1]  # a key is written down when its tone has ended
        time = np.arange(len(heard)) / 8000
        power = [abs(np.mean(heard * np.exp(-2j * np.pi * hz * time))) for hz in DIGIT_HZ[key]]
        assert min(power) > 10 * abs(np.mean(heard * np.exp(-2j * np.pi * 1000 * time)))
    prompts = marks(root, "prompts")
    assert prompts[0][0] == "welcome (en-US)"
    quiet, said = (
        sound[prompts[0][1] - begin + a : prompts[0][1] - begin + b, 0] for a, b in ((-160, 0), (0, 8000))
    )
    assert np.std(said) > 20 * np.std(quiet)
    assert [at for _, at in marks(root, "ring")] == [0, 48_000]
    assert len(list(root.iter(f"{SVG}image"))) == 2
    ((who, at),) = marks(root, "detectors")
    assert who == "caller ID (bell202) 13800000001 ANN LEE"
    assert 16_000 < at < 48_000  # between the rings


def test_a_part_of_it_in_chinese(played: tuple[Path, str], tmp_path: Path) -> None:
    root = drawn(*played, tmp_path, "--from", "18", "--to", "19", "--lang", "zh")
    assert [key for key, _ in marks(root, "keys")] == ["1"]
    assert {"发出", "收到", "脚本步骤", "已留言"} <= set(texts(root))
    assert not any("line" in text for text in texts(root))


@pytest.mark.parametrize("gone", ["missing", "damaged", "mono"])
def test_a_call_whose_sound_is_gone_is_drawn_without_it_and_says_so(
    played: tuple[Path, str], tmp_path: Path, gone: str
) -> None:
    data = tmp_path / "data"
    shutil.copytree(played[0], data)
    (wav,) = data.rglob(f"{played[1]}.wav")
    if gone == "missing":
        wav.unlink()
    elif gone == "damaged":
        wav.write_bytes(wav.read_bytes()[:30])
    else:
        soundfile.write(wav, np.zeros(8000, "int16"), 8000)
    root = drawn(data, played[1], tmp_path)
    assert list(root.iter(f"{SVG}image")) == []
    assert [key for key, _ in marks(root, "keys")] == ["1", "5", "9"]
    words = {"missing": "file is missing", "damaged": "WAV", "mono": "one channel"}
    assert any(words[gone] in text for text in texts(root))


def test_the_same_call_gives_the_same_picture(played: tuple[Path, str], tmp_path: Path) -> None:
    first, second = tmp_path / "a.svg", tmp_path / "b.svg"
    for file in (first, second):
        main(["calls", "draw", played[1], "--data", str(played[0]), "--output", str(file)])
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--from", "99"], "from 99: it is over after"),
        (["--from", "5", "--to", "5"], "at least 10 ms have to be drawn"),
        (["--output", "a.gif"], "must end in .svg or .png"),
        (["--from", "nan"], "is no time in seconds"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    played: tuple[Path, str], tmp_path: Path, capsys: Any, more: list[str], words: str
) -> None:
    try:
        code = main(["calls", "draw", played[1], "--data", str(played[0]), "--output", "x.svg", *more])
    except SystemExit as ended:
        code = int(str(ended.code))
    assert code == 2
    assert words in capsys.readouterr().err.splitlines()[-1]
