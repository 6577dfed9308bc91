"""A hundredth of the long runs, with another seed: what the ear is asked, and callers who do everything."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LONG = Path(__file__).parents[1] / "long"


def run(name: str, folder: Path, *options: str) -> dict[str, Any]:
    """The figures of a long run that found nothing."""
    if shutil.which("espeak-ng") is None or shutil.which("sox") is None:
        pytest.skip("espeak-ng and sox are not installed")
    out = folder / "figures.json"
    command = [sys.executable, str(LONG / f"{name}.py"), *options, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return told


def test_no_digit_is_lost_among_other_sounds_and_every_detector_leaves_the_digits_as_they_are(tmp_path):
    told = run("digits_among_sounds", tmp_path, "--strings", "100", "--seed", "103")
    assert (told["strings"], told["lost"], told["different"]) == (100, 0, 0)
    assert told["digits"] >= 300


def test_no_digit_is_heard_in_voices_that_were_not_tuned_on(tmp_path):
    told = run("talk_off", tmp_path, "--minutes", "2", "--seed", "103")
    assert told["hours"] > 0.03
    assert told["false"] == 0


def test_lines_are_released_within_four_cycles_of_tones_off_their_figures(tmp_path):
    told = run("hang_up", tmp_path, "--share", "0.01", "--seed", "103")
    assert told["calls"] >= 30
    assert told["released_within_4_cycles"] == told["calls"]
    assert (told["not_answered"], told["never"]) == (0, 0)


def test_no_call_with_speech_music_or_ringback_is_ended(tmp_path):
    told = run("no_false_hang_up", tmp_path, "--hours", "0.24", "--seed", "103")
    assert told["hours"] > 0.2
    assert (told["false_hang_ups"], told["not_answered"]) == (0, 0)


def test_callers_who_do_everything_in_any_order_leave_no_line_at_work_and_no_call_open(
    tmp_path,
):
    told = run("verb_orders", tmp_path, "--orders", "10", "--seed", "103")
    assert (told["orders"], told["findings"]) == (10, [])
    assert told["recordings"] == told["answered"] >= 5


def test_calls_at_seats_to_which_anything_is_done_have_one_owner_sound_and_legs_without_a_gap(tmp_path):
    told = run("seat_trees", tmp_path, "--trees", "10", "--seed", "103")
    assert (told["trees"], told["findings"]) == (10, [])
    assert told["calls"] >= 30
    assert told["at_seats"]["talking"] >= 15
    assert sum(told["waited"].values()) >= 15
    assert sum(told["orders"][order] for order in ("send", "park", "held")) >= 10
    assert told["at_seats"]["consulting"] >= 5


def test_stations_to_which_everything_happens_come_to_rest_with_every_row_and_file(tmp_path):
    told = run("random_faults", tmp_path, "--rounds", "1", "--seed", "103")
    assert (told["rounds"], told["findings"]) == (1, [])
    assert told["calls"] >= 4
    assert sum(told["faults"].values()) >= 3


def test_tones_and_ringing_off_the_line_agree_with_the_countries_tables(tmp_path):
    told = run("country_tones", tmp_path, "--countries", "3", "--seed", "103")
    assert (told["countries"], told["findings"]) == (3, [])
    assert told["tones"] >= 15


def test_the_same_traffic_twice_gives_the_same_recordings_rows_and_events(tmp_path):
    told = run("same_hour", tmp_path, "--hours", "0.05", "--seed", "103")
    assert told["findings"] == []
    assert told["recordings"] >= 2
    assert told["rows"] > 50
    assert told["events"] > 50
    assert len(set(told["sha256"]["files"])) == len(set(told["sha256"]["rows"])) == 1


def test_a_week_without_audio_and_a_sample_of_its_calls_with_audio_say_the_same(tmp_path):
    told = run("event_week", tmp_path, "--hours", "0.4", "--sample", "3", "--seed", "103")
    assert (told["sample"], told["findings"], told["stuck"], told["stray"]) == (3, [], [], [])
    assert told["calls"] >= told["rows"] >= 60
    assert told["widest_s"] <= 0.1
