"""`read_run`: hostile, missing and damaged files are one clear line."""

from __future__ import annotations

import json
import os
import random

import pytest

from ctidrv.errors import InputError
from ctidrv.picture.parties import Mark, Party, Sound
from hwsim.rig.run_file import NAME, Run, read_run

PARTY = Party(
    name="5550001",
    kind="caller",
    sounds=[Sound(file="caller-5550001-1.wav", begin=10)],
    tracks={"hook": [Mark(begin=10, end=900)], "does": [Mark(begin=20, text="presses 1")]},
)
RUN = Run(run=1, name="a case", file="a.yaml", seed=7, length=1000, parties=[PARTY])


def written(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def refused(folder):
    with pytest.raises(InputError) as told:
        read_run(folder)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 600
    return str(told.value)


def test_what_was_written_is_read_also_from_the_folder_above(tmp_path):
    written(tmp_path / "kept" / "case", RUN.model_dump_json(exclude_defaults=True))
    for given in (tmp_path / "kept", tmp_path / "kept" / "case"):
        assert read_run(given) == (tmp_path / "kept" / "case", RUN)


def test_of_several_cases_one_has_to_be_named(tmp_path):
    for name in ("a", "b"):
        written(tmp_path / name, RUN.model_dump_json())
    assert "holds 2 cases, name one: " in refused(tmp_path)


def changed(**values):
    return json.dumps({**json.loads(RUN.model_dump_json()), **values})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "EOF"),
        ("{", "EOF"),
        ("[]", "should be an object"),
        (b"\xff\xfe\x00", "Invalid JSON"),
        ("[" * 100_000, "Invalid JSON"),
        (changed(run=2), "run: Input should be 1"),
        (changed(more=1), "more: Extra inputs"),
        (changed(length=-1), "length: "),
        (changed(length=1e400), "length: "),
        (changed(parties=[{"name": "x", "kind": "cow"}]), "parties.0.kind"),
        (
            changed(parties=[{"name": "x", "kind": "line", "tracks": {"hook": [{"begin": 9, "end": 3}]}}]),
            "ends before",
        ),
        (
            changed(parties=[{"name": "x", "kind": "line", "sounds": [{"file": "../a.wav", "begin": 0}]}]),
            "file",
        ),
        (
            changed(parties=[{"name": "x", "kind": "line", "sounds": [{"file": "/dev/zero", "begin": 0}]}]),
            "file",
        ),
    ],
)
def test_a_file_that_is_none_says_where(tmp_path, text, words):
    assert words in refused(written(tmp_path / "case", text))


def test_what_is_not_there_or_no_file_is_told(tmp_path):
    assert "there is no such folder" in refused(tmp_path / "nowhere")
    assert "holds no run.json" in refused(tmp_path)
    (tmp_path / NAME).mkdir()
    assert "is no file" in refused(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / NAME)
    assert "is no file" in refused(tmp_path)


def test_a_damaged_file_is_read_or_refused_in_one_line(tmp_path):
    chance = random.Random(11)
    whole = RUN.model_dump_json().encode()
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        del damaged[chance.choice([len(damaged), chance.randrange(len(damaged))]) :]
        written(tmp_path / "case", bytes(damaged))
        try:
            read_run(tmp_path / "case")
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017
