"""The drawing: marks stand at their times, what does not fit is counted, and the list says it in words."""

from __future__ import annotations

from hwsim.scenario.timeline import MOST_ROWS, WIDTH, Mark, Track, draw, listing


def test_marks_stand_at_their_times_on_one_axis():
    tracks = [
        Track("ann hears", [Mark(0, "dial tone", 2), Mark(4, "welcome", 10), Mark(12, "menu", 15, cut=True)]),
        Track("ann does", [Mark(2.0, "dials 8001"), Mark(15.0, "presses 1")]),
    ]  # fmt: skip
    axis, hears, does = draw(tracks, 20.0).splitlines()
    scale = (WIDTH - 11) / 20
    for row, text, at in (
        (axis, "|0 s", 0), (axis, "|10", 10), (hears, "[dial tone]", 0), (hears, "[welcome-", 4),
        (hears, "[menu---", 12), (does, "|dials 8001", 2), (does, "|presses 1", 15),
    ):  # fmt: skip
        assert row.index(text) == 11 + round(at * scale)
    assert hears.rstrip().endswith(">")


def test_marks_at_one_time_stand_below_each_other_and_what_does_not_fit_is_counted():
    track = Track("station", [Mark(1.0, f"thing {number}") for number in range(MOST_ROWS + 3)])
    lines = draw([track], 10.0).splitlines()
    assert len(lines) == 1 + MOST_ROWS + 1
    assert lines[-1].strip() == "… and 3 more"


def test_a_mark_at_the_end_is_written_to_the_left_of_its_place():
    row = draw([Track("x", [Mark(0.0, "begins"), Mark(59.5, "hangs up")])], 60.0).splitlines()[1]
    assert row.endswith("hangs up|")
    assert len(row) <= WIDTH


def test_nothing_at_all_can_be_drawn():
    assert draw([], 0.0).strip() == "|0 s"
    assert listing([]) == ""


def test_the_list_is_in_the_order_of_the_times():
    tracks = [Track("a", [Mark(3.0, "last")]), Track("b", [Mark(1.0, "first", 2.5, True)])]
    assert [line.split() for line in listing(tracks).splitlines()] == [
        ["1.00", "s", "b", "first", "until", "2.50", "s,", "cut", "short"],
        ["3.00", "s", "a", "last"],
    ]
