"""Recordings that are to be analysed: whole ones, and those whose file was cut off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ctidrv.apps.fax.analysis.recording import read_recording
from ctidrv.cli import main
from ctidrv.errors import InputError
from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.native.pcm import Pcm
from tests.unit.apps.fax.analysis.spoken import opened


def recorded(path: Path, *channels: Pcm, format: str = "pcm") -> bytes:
    writer = WavWriter(path, len(channels), sync=False, format=format)
    writer.write(Pcm(value for frame in zip(*channels, strict=True) for value in frame).bytes)
    writer.close()
    return path.read_bytes()


def test_a_whole_file_is_read_as_it_is(tmp_path: Path) -> None:
    recorded(tmp_path / "a.wav", Pcm(range(1000)))
    channels, is_cut = read_recording(tmp_path / "a.wav")
    assert (channels, is_cut) == ([Pcm(range(1000))], False)


@pytest.mark.parametrize("format", ["pcm", "alaw"])
def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes_and_stays_as_it_is(
    tmp_path: Path, format: str
) -> None:
    whole = recorded(tmp_path / "a.wav", Pcm(range(1000)), format=format)
    sound = read_wav(tmp_path / "a.wav").channels[0]
    cut = whole[: len(whole) // 2 + 1]
    (tmp_path / "a.wav").write_bytes(cut)
    channels, is_cut = read_recording(tmp_path / "a.wav")
    assert is_cut
    assert 400 < len(channels[0]) < 600
    assert channels[0] == sound[: len(channels[0])]
    assert (tmp_path / "a.wav").read_bytes() == cut


@pytest.mark.parametrize(
    ("keep", "says"),
    [
        (0, "empty file"),
        (20, "the WAV header is cut off"),
        (43, "a WAV file without sound"),
        (44, "cut off: 0 of 2000 bytes of sound are there"),
    ],
)
def test_a_file_of_which_no_sound_is_left_is_refused_as_anywhere(
    tmp_path: Path, keep: int, says: str
) -> None:
    (tmp_path / "a.wav").write_bytes(recorded(tmp_path / "b.wav", Pcm(range(1000)))[:keep])
    with pytest.raises(InputError, match=says):
        read_recording(tmp_path / "a.wav")


def test_what_is_no_recording_is_refused_as_anywhere(tmp_path: Path) -> None:
    for name in ("none.wav", "."):
        with pytest.raises(InputError, match="cannot be read: "):
            read_recording(tmp_path / name)


def test_the_command_tells_the_call_so_far_and_that_the_file_is_cut_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = recorded(tmp_path / "call.wav", *opened("v29", 9600, ecm=False).channels)
    (tmp_path / "call.wav").write_bytes(whole[:-20_000])
    assert main(["fax", "analyse", str(tmp_path / "call.wav")]) == 0
    told = capsys.readouterr().out
    assert "DIS" in told
    assert "note: the file is cut off; the " in told
    assert main(["fax", "analyse", str(tmp_path / "call.wav"), "--lang", "zh", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (cut,) = (line for line in lines if line.get("code") == "file-cut-off")
    assert (cut["weight"], "录音文件不完整" in cut["text"]) == ("note", True)
    assert cut["t"] == lines[-1]["seconds"]


def test_a_cut_file_without_a_fax_says_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = recorded(tmp_path / "call.wav", Pcm.silence(16_000))
    (tmp_path / "call.wav").write_bytes(whole[:16_044])
    assert main(["fax", "analyse", str(tmp_path / "call.wav")]) == 0
    told = capsys.readouterr().out
    assert "no fax heard" in told
    assert "the file is cut off; the 1.0 s of it that are there are analysed" in told


@pytest.mark.parametrize("to", ["letter.txt", "letter.txt/in"])
def test_a_file_in_the_place_of_the_folder_is_told_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    (tmp_path / "letter.txt").touch()
    assert main(["fax", "analyse", "none.wav", "--to", str(tmp_path / to)]) == 2
    said = capsys.readouterr().err
    assert "no folder for pages and pictures can be made there: letter.txt is no folder" in said


def test_an_empty_name_of_a_folder_is_not_this_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fax", "analyse", "none.wav", "--to", ""])
    assert ended.value.code == 2
    assert "an empty name" in capsys.readouterr().err
