"""What ships is right: scripts without findings, prompts that sound well."""

import array
import math
import tomllib
import wave
from pathlib import Path

import pytest

from ctidrv.apps.ivr import check, load
from ctidrv.apps.ivr.prompts import NothingToSay, Prompts
from ctidrv.apps.ivr.shipped import shipped_folder

FOLDER = shipped_folder()
PROMPTS = sorted((FOLDER / "prompts").glob("**/*.wav"))
FRAME = 160


def samples(path: Path) -> "array.array[int]":
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return array.array("h", file.readframes(file.getnframes()))


def levels(sound: "array.array[int]") -> list[float]:
    """The rms of each 20 ms."""
    return [
        math.sqrt(sum(s * s for s in sound[at : at + FRAME]) / FRAME)
        for at in range(0, len(sound) - FRAME + 1, FRAME)
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ivr.yaml")), ids=lambda p: p.name)
def test_shipped_script_has_no_findings(path):
    assert check(path) == []
    assert load(path).findings == ()


def test_hotline_says_first_of_all_that_the_call_is_recorded():
    script = load(FOLDER / "hotline.ivr.yaml")
    first = script.flows["welcome"].steps[:2]
    assert [step.verb for step in first] == ["answer", "play"]
    assert first[1].body.prompt == ["welcome"]
    assert first[1].body.bargein is False
    table = tomllib.loads((FOLDER / "prompts.toml").read_text(encoding="utf-8"))
    spoken = str(table["prompts"]["en-US"]["welcome"])
    assert "recorded" in spoken
    assert "录音" in spoken


def test_every_word_of_the_table_has_its_recording_and_nothing_else_is_there():
    table = tomllib.loads((FOLDER / "prompts.toml").read_text(encoding="utf-8"))
    told = {f"{language}/{name}" for language, prompts in table["prompts"].items() for name in prompts}
    found = {p.relative_to(FOLDER / "prompts").with_suffix("").as_posix() for p in PROMPTS}
    assert found == told


def test_both_languages_have_the_same_prompts():
    per_language = [
        {p.relative_to(folder).as_posix() for p in folder.glob("**/*.wav")}
        for folder in (FOLDER / "prompts").iterdir()
        if folder.is_dir()
    ]
    assert len(per_language) == 2
    assert per_language[0] == per_language[1]


def test_each_place_in_a_queue_is_said_in_both_languages_and_each_sounds_otherwise():
    prompts = Prompts(FOLDER, "prompts/{lang}", ("en-US", "zh-CN"))
    for language in prompts.languages:
        said = [prompts.say(language, "queue-position", {"position": str(number)}) for number in range(1, 21)]
        assert {sound.language for sounds in said for sound in sounds} == {language}
        assert [[sound.id for sound in sounds] for sounds in said] == [
            ["you-are-number", f"numbers/{number}", "in-the-queue"] for number in range(1, 21)
        ]
        assert len({sounds[1].audio.bytes for sounds in said}) == 20
        for number in ("0", "21", "", "x", "1.5", "-3"):
            with pytest.raises(NothingToSay):
                prompts.say(language, "queue-position", {"position": number})


def test_no_phrase_has_a_hole_in_any_language():
    prompts = Prompts(FOLDER, "prompts/{lang}", ("en-US", "zh-CN"))
    books = [prompts.book(language) for language in prompts.languages]
    assert [book.findings for book in books] == [(), ()]
    assert books[0].phrases.keys() == books[1].phrases.keys()
    for language, book in zip(prompts.languages, books, strict=True):
        for pieces in book.phrases.values():
            assert all(prompts.has_file(language, each) for piece in pieces for each in piece.prompts)


@pytest.mark.parametrize("path", PROMPTS, ids=lambda p: p.relative_to(FOLDER / "prompts").as_posix())
def test_prompt_is_loud_enough_unclipped_and_begins_at_once(path):
    sound = samples(path)
    loud = levels(sound)
    active = [level * level for level in loud if level > max(loud) * 10 ** (-30 / 20)]
    dbm0 = 20 * math.log10(math.sqrt(sum(active) / len(active)) / 16140)
    assert -17 < dbm0 < -12.5
    assert max(abs(s) for s in sound) < 29500
    first = next(at for at, level in enumerate(loud) if level > max(loud) * 10 ** (-40 / 20))
    assert first * FRAME <= 800  # 100 ms
    assert len(sound) < 12 * 8000


def test_prompts_stay_small():
    assert sum(p.stat().st_size for p in PROMPTS) < 3_500_000
