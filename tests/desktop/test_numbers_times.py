"""Numbers in local form, lengths and days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ctidesk.viewmodels.numbers import local
from ctidesk.viewmodels.times import days_ago, length, since


@pytest.mark.parametrize(
    ("number", "country", "shown"),
    [
        ("+13125550142", "US", "(312) 555-0142"),
        ("+13125550142", "us", "(312) 555-0142"),
        ("3125550142", "US", "(312) 555-0142"),
        ("+442079460018", "US", "+44 20 7946 0018"),
        ("+8613800000001", "CN", "138 0000 0001"),
        ("13800000001", "CN", "138 0000 0001"),
        ("+861082311234", "CN", "010 8231 1234"),
        ("+13125550142", None, "+1 312-555-0142"),
        ("3125550142", None, "3125550142"),
        ("12", "US", "12"),
        ("O", "US", "O"),
        ("*#06#\x00", "CN", "*#06#\x00"),
        (None, "US", ""),
        ("", "US", ""),
    ],
)
def test_number_is_written_as_the_country_of_the_line_does(
    number: str | None, country: str | None, shown: str
) -> None:
    assert local(number, country) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (7.9, "0:07"), (754, "12:34"), (3723, "1:02:03"), (-3, "0:00"), (None, "")],
)
def test_length_is_written_in_minutes_and_seconds(seconds: float | None, shown: str) -> None:
    assert length(seconds) == shown


def test_clock_that_was_set_back_gives_no_negative_time() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert since(now + timedelta(seconds=5), now) == "0:00"
    assert since(None, now) == ""


def test_yesterday_begins_at_local_midnight() -> None:
    noon = datetime(2026, 3, 2, 12).astimezone()
    assert days_ago(noon - timedelta(hours=11), noon) == 0
    assert days_ago(noon - timedelta(hours=13), noon) == 1
    assert days_ago(noon - timedelta(hours=37), noon) == 2
