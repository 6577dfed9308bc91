"""Layout: the axis, marks in rows that do not cover each other, bounded sizes, hostile words."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from ctidrv.errors import InputError
from ctidrv.picture.parties import Mark, Party
from ctidrv.picture.svg import LEFT, PLOT, Axis, cut_to, width_of
from ctidrv.picture.tracks import MOST_ROWS, _place, detected
from ctidrv.picture.words import WORDS
from hwsim.rig.drawn import axis_of, picture
from hwsim.rig.run_file import Fault, Run

SVG = "{http://www.w3.org/2000/svg}"


def a_run(tmp_path, parties, **more):
    made = Run(
        **{
            "run": 1,
            "name": "case",
            "file": "a.yaml",
            "seed": 1,
            "length": 80_000,
            "parties": parties,
            **more,
        }
    )
    return ElementTree.fromstring(picture(tmp_path, made))


def line(**tracks):
    return Party(name="sim/1", kind="line", tracks=tracks)


def test_the_axis_maps_a_sample_to_its_place_and_marks_round_seconds():
    axis = Axis(8000, 48000)
    assert [axis.x(at) for at in (8000, 28000, 48000)] == [LEFT, LEFT + PLOT / 2, LEFT + PLOT]
    assert [label for _, label in axis.ticks()][:3] == ["1.0 s", "1.5 s", "2.0 s"]
    assert axis.ticks()[2][0] == axis.x(16000)


@pytest.mark.parametrize("length", [80, 800, 40_000, 480_000, 8 * 3600 * 8000])
def test_ticks_are_few_and_labels_apart_at_every_length(length):
    ticks = Axis(0, length).ticks()
    assert 1 <= len(ticks) <= 20
    assert all(b[0] - a[0] >= width_of(a[1]) for a, b in itertools.pairwise(ticks))


def test_a_mark_without_room_goes_to_the_next_row_and_too_many_are_counted(tmp_path):
    marks = [Mark(begin=40_000 + n, text="key 1 in the menu") for n in range(20)]
    root = a_run(tmp_path, [line(call=marks)])
    drawn = [each for each in root.iter(f"{SVG}rect") if each.get("data-track") == "call"]
    assert len({each.get("y") for each in drawn}) == len(drawn) == MOST_ROWS
    assert any(text.text == f"… {20 - MOST_ROWS} more" for text in root.iter(f"{SVG}text"))


@pytest.mark.parametrize(
    ("begin", "end", "place"),
    [(200, 400, 200), (200, 220, 220), (1290, 1300, 1190), (200, 1369, 200), (171, 1360, 171)],
)
def test_words_stand_on_their_bar_or_beside_it_and_never_across_its_edge(begin, end, place):
    assert _place(begin, end, 100) == place


def test_chinese_words_are_given_twice_the_room():
    assert width_of("摘机") > width_of("on") * 1.5
    assert cut_to("来电显示及其他", 40).endswith("…")
    assert cut_to("short", 400) == "short"


def test_both_languages_say_the_same_things():
    assert WORDS["en"].keys() == WORDS["zh"].keys()


@pytest.mark.parametrize("words", ["<b>&\"'", "\x00\x1b[31m", "\ufffe", "提示音 " * 40, "x" * 1000])
def test_words_from_outside_stay_words(tmp_path, words):
    fault = Fault(line=1, message=words * 9)
    party = line(call=[Mark(begin=10, text=words), Mark(begin=79_999, text=words)])
    root = a_run(tmp_path, [party], failures=[fault] * 20)
    assert len([each for each in root.iter(f"{SVG}rect") if each.get("data-track")]) == 2


def test_the_picture_of_a_long_full_case_is_bounded(tmp_path):
    marks = [Mark(begin=n * 9, end=n * 9 + 5, text=f"tone {n}") for n in range(8000)]
    parties = [Party(name=f"sim/{n}", kind="line", tracks={"detectors": marks}) for n in range(16)]
    root = a_run(tmp_path, parties)
    assert float(root.get("height")) < 2000
    assert len(list(root.iter(f"{SVG}rect"))) < 3000
    assert any("12 not drawn" in (text.text or "") for text in root.iter(f"{SVG}text"))


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [(20.0, None, "over after 10.00 s"), (3.0, 3.0, "at least 10 ms"), (5.0, 2.0, "at least 10 ms")],
)
def test_a_stretch_that_is_none_is_refused(begin, end, words):
    with pytest.raises(InputError, match=words):
        axis_of(Run(run=1, name="", file="", seed=1, length=80_000), begin, end)


def test_a_case_that_came_to_nothing_is_refused():
    with pytest.raises(InputError, match="at least 10 ms"):
        axis_of(Run(run=1, name="", file="", seed=1, length=0), None, None)


def test_detectors_are_told_apart_by_their_words():
    words = ["5", "dial tone", "voice", "caller ID (v23) 8613 tone", "alert"]
    assert [detected(Mark(begin=0, text=word)) for word in words[:3]] == ["digit", "tone", "voice"]
    assert detected(Mark(begin=0, text=words[4])) == "other"
