from __future__ import annotations

import pytest

from ctidrv.callcontrol.numbers import MAX_LENGTH, Number, normalise, parse, reverse, suffix_range

MOBILE = "+8613800138000"


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "013800138000",
        "+86 138 0013 8000",
        "0086 13800138000",
        "8613800138000",
        "17951 13800138000",
        "17951013800138000",
        "12593-13800138000",
        "（+86）138-0013-8000",
        "１３８００１３８０００",
    ],
)
def test_any_way_of_writing_a_chinese_mobile_gives_one_form(written):
    assert normalise(written, "cn") == MOBILE


@pytest.mark.parametrize(
    ("written", "extension"),
    [
        ("01088886666,8012", "8012"),
        ("010-88886666转8012", "8012"),
        ("010 8888 6666 ext. 12", "12"),
        ("+861088886666x1", "1"),
        ("010-88886666分机8012#", "8012"),
    ],
)
def test_extension_is_told_from_the_number(written, extension):
    assert parse(written, "CN") == Number("+861088886666", extension)


@pytest.mark.parametrize(
    "short", ["110", "119", "120", "12345", "10086", "95588", "95013123", "9555812", "8001", "9"]
)
def test_short_number_in_china_stays_as_it_is(short):
    assert normalise(short, "CN", "10") == short


@pytest.mark.parametrize("short", ["911", "411", "8001", "611"])
def test_short_number_in_north_america_stays_as_it_is(short):
    assert normalise(short, "US", "212") == short


@pytest.mark.parametrize(
    ("written", "country", "form"),
    [
        ("(212) 555-0123", "US", "+12125550123"),
        ("1 212 555 0123", "US", "+12125550123"),
        ("011 86 138 0013 8000", "US", MOBILE),
        ("0086 138 0013 8000", "US", MOBILE),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 20 7946 0018", "CN", "+442079460018"),
        ("400-820-8820", "CN", "+864008208820"),
        ("030 123456", "DE", "+4930123456"),
    ],
)
def test_number_is_read_by_the_plan_of_the_country(written, country, form):
    assert normalise(written, country) == form


def test_local_number_takes_the_office_area():
    assert normalise("88886666", "CN", "10") == "+861088886666"
    assert normalise("5550123", "US", "212") == "+12125550123"


def test_local_number_without_an_area_stays_as_dialled():
    assert normalise("88886666", "CN") == "88886666"
    assert normalise("5551234", "US") == "5551234"


@pytest.mark.parametrize("service", ["*67", "#31#", "*21*10086#"])
def test_service_code_stays_as_dialled(service):
    assert normalise(service, "CN") == service


@pytest.mark.parametrize(
    "nothing", [None, "", " ", "+", "private", "P", "中国", "1" * (MAX_LENGTH + 1), "\x00\n"]
)
def test_what_is_no_number_gives_none(nothing):
    assert normalise(nothing, "CN") is None


def test_number_too_long_for_any_plan_is_kept_as_digits():
    assert normalise("9" * 40, "CN") == "9" * 40


def test_reversed_range_finds_numbers_by_their_end():
    low, below = suffix_range("8000")
    assert low <= reverse(MOBILE) < below
    assert not low <= reverse("+8613800138001") < below
    assert reverse(None) is None
