"""`ctidrv demo`: the whole call, its contract, and that it can fail."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import pytest

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.cli import main
from ctidrv.native.pcm import Pcm
from hwsim.commands import story

FIELDS = {"ok", "seed", "simulated_s", "wall_s", "ratio", "call", "recording", "message", "events"}
RUNS = 10


def _run(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> tuple[int, dict[str, object]]:
    code = main(["demo", "--json", "--data", str(folder), *more])
    out = capsys.readouterr().out
    assert out.count("\n") == 1, "a report is one line"
    return code, json.loads(out)


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_demo_tells_the_whole_call_in_the_fields_of_the_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, row = _run(capsys, tmp_path / "data")
    assert code == 0
    assert row.keys() >= FIELDS
    assert row["ok"] is True
    assert Path(str(row["recording"])).is_absolute()
    types = [event["type"] for event in row["events"]]  # type: ignore[attr-defined]
    story_of_it = ["call.offered", "call.caller", "call.customer", "call.answered", "call.choice"]
    story_of_it += ["call.message", "call.ended"]
    places = [types.index(kind) for kind in story_of_it]
    assert places == sorted(places)


def test_ten_runs_with_one_seed_are_identical_to_the_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first: tuple[dict[str, str], object] | None = None
    for run in range(RUNS):
        folder = tmp_path / str(run)
        _, row = _run(capsys, folder, "--seed", "7")
        events = json.dumps(row["events"]).replace(str(folder), "DATA")
        found = (_hashes(folder), events)
        first = first or found
        assert found == first
    assert first is not None
    assert len(first[0]) == 5  # the database, two WAV files and their side files


def test_another_seed_gives_another_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(capsys, tmp_path / "a", "--seed", "1")
    _run(capsys, tmp_path / "b", "--seed", "2")
    assert set(_hashes(tmp_path / "a").values()).isdisjoint(_hashes(tmp_path / "b").values())


def test_without_data_each_run_has_a_new_folder_for_temporary_files_as_its_help_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, temporary = tmp_path / "own", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("CTIDRV_DATA", str(own))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    used = set()
    for _ in range(2):
        assert main(["demo", "--json"]) == 0
        used.add(Path(json.loads(capsys.readouterr().out)["data"]))
    assert len(used) == 2
    assert {folder.parent for folder in used} == {temporary}
    assert not own.exists()
    with pytest.raises(SystemExit):
        main(["demo", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "data folder (default: a new one for temporary files" in told
    assert "CTIDRV_DATA" not in told


def test_a_folder_that_holds_the_call_is_refused_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(capsys, tmp_path)
    before = _hashes(tmp_path)
    assert main(["demo", "--data", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "already holds" in error
    assert _hashes(tmp_path) == before


def test_a_message_that_is_not_what_was_spoken_fails_the_demo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = story.play_out

    async def another_voice(*args: object) -> story.Outcome:
        outcome = await original(*args)  # type: ignore[arg-type]
        outcome.spoken = Pcm(outcome.spoken[index] for index in range(len(outcome.spoken) - 1, -1, -1))
        return outcome

    monkeypatch.setattr(story, "play_out", another_voice)
    code, row = _run(capsys, tmp_path)
    assert code == 1
    failed = {check["what"] for check in row["checks"] if not check["ok"]}  # type: ignore[attr-defined]
    assert "the message is what she said" in failed


def test_a_caller_who_waits_in_vain_says_for_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = shipped_folder()
    text = (shipped / story.SCENARIO).read_text("utf-8")
    other = tmp_path / "other.scenario.yaml"
    other.write_text(text.replace('press: "9"', 'press: "1"'), "utf-8")  # opening hours, not the mailbox
    monkeypatch.setattr(story, "SCENARIO", other)
    code, row = _run(capsys, tmp_path / "data")
    assert code == 1
    missed = next(check for check in row["checks"] if not check["ok"])  # type: ignore[attr-defined]
    assert "please-leave-message" in missed["detail"]
