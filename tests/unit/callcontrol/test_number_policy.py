"""Which numbers may be dialled."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import shortnumberinfo

from ctidrv.callcontrol.number_policy import NumberPolicy
from ctidrv.errors import InputError, NotAllowed
from ctidrv.ports.regions import known_regions, load_region


def policy(country: str, **more: object) -> NumberPolicy:
    return NumberPolicy(country, emergency=load_region(country).emergency, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("country", "typed", "kind", "digits"),
    [
        ("CN", "138 0013 8000", "national", "13800138000"),
        ("CN", "+86 10 6655 4433", "national", "01066554433"),
        ("CN", "6655-4433", "short", "66554433"),
        ("CN", "95588", "short", "95588"),
        ("US", "(415) 555-2671", "national", "4155552671"),
        ("US", "+1 415 555 2671", "national", "14155552671"),
        ("US", "555-0001", "short", "5550001"),
        ("GB", "020 7946 0018", "national", "02079460018"),
        ("DE", "030/1234567", "national", "0301234567"),
        ("JP", "03-1234-5678", "national", "0312345678"),
        ("CN", "110", "emergency", "110"),
        ("US", "9-1-1", "emergency", "911"),
        ("DE", " 112 ", "emergency", "112"),
    ],
)
def test_what_people_type_becomes_what_is_dialled(country: str, typed: str, kind: str, digits: str) -> None:
    made = policy(country).judge(typed)
    assert (made.kind, made.digits, made.emergency) == (kind, digits, kind == "emergency")


@pytest.mark.parametrize(
    ("country", "typed", "words"),
    [
        ("CN", "+1 415 555 2671", "calls abroad"),
        ("CN", "00 1 415 555 2671", "calls abroad"),
        ("CN", "17951 00 1 415 555 2671", "calls abroad"),
        ("CN", "0085212", "calls abroad"),  # too short for any number, and abroad all the same
        ("US", "011 44 20 7946 0018", "calls abroad"),
        ("US", "+1 876 555 1234", "calls abroad"),  # Jamaica has North America's code
        ("US", "876 555 1234", "calls abroad"),
        ("US", "1 900 555 1234", "costs more"),
        ("GB", "0909 879 0000", "costs more"),
        ("GB", "0909 879 0000 777", "costs more"),  # the exchange reads no further than the number
        ("DE", "0900 1 234567", "costs more"),
        ("DE", "0900 1 234567 9999", "costs more"),
        ("JP", "010 1 415 555 2671", "calls abroad"),
        ("RU", "810 1 415 555 2671", "calls abroad"),
        ("US", "*72", "a service of the exchange"),
        ("US", "1010288 415 555 2671", "no number that this country"),
        ("DE", "01013 0044 20 7946 0018", "no number that this country"),
    ],
)
def test_what_costs_or_leads_abroad_is_refused_by_default(country: str, typed: str, words: str) -> None:
    with pytest.raises(NotAllowed, match=words) as caught:
        policy(country).judge(typed)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("typed", ["", "call me", "+", "5550001,,2", "5550001w2", "1" * 65, "０x12", "P123"])
def test_what_is_no_number_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(InputError):
        policy("US").judge(typed)


def test_the_office_allows_and_denies_by_class_and_by_beginning() -> None:
    office = policy("DE", allow=("national", "+44", "*21"), deny=("0137", "+4420"))
    assert office.judge("+44 1632 960001").digits == "00441632960001"
    assert office.judge("*21").kind == "service"
    for typed in ("+44 20 7946 0018", "0044 20 7946 0018", "0137 1234567", "+49 137 1234567"):
        with pytest.raises(NotAllowed, match=r"station\.toml denies"):
            office.judge(typed)
    for typed in ("1234", "+33 1 23 45 67 89"):
        with pytest.raises(NotAllowed, match=r"put .* into .outbound. allow"):
            office.judge(typed)


def test_what_a_refusal_says_to_allow_lets_the_number_pass() -> None:
    for typed in ("+1 415 555 2671", "0900 1 234567", "*21"):
        with pytest.raises(NotAllowed) as caught:
            policy("DE").judge(typed)
        entry = str(caught.value).split("put ")[1].split(" into")[0].strip("'")
        assert policy("DE", allow=(entry,)).judge(typed)


@pytest.mark.parametrize("code", known_regions())
def test_emergency_numbers_of_every_country_pass_whatever_the_lists_say(code: str) -> None:
    region = load_region(code)
    assert region.emergency
    strict = policy(code.upper(), allow=(), deny=("short", "0", "1", "9"), prefixes=("0", "9"))
    for number in region.emergency:
        assert strict.judge(number).emergency
        assert strict.judge(f"0{number}").digits in (number, f"0{number}")  # out of a PBX
        assert strict.judge(f"9 {number}").emergency


@pytest.mark.parametrize("code", known_regions())
def test_emergency_numbers_of_every_country_are_those_of_the_public_list(code: str) -> None:
    listed = [
        f"{number:0{length}d}"
        for length in (2, 3)
        for number in range(10**length)
        if shortnumberinfo.is_emergency_number(f"{number:0{length}d}", code.upper())
    ]
    assert set(listed) <= set(load_region(code).emergency)


@given(
    country=st.sampled_from(["CN", "US", "GB", "DE", "JP", "RU", "BR", "AU", "KI"]),
    text=st.one_of(st.text(max_size=80), st.from_regex(r"\(?\+?[0-9*# ().-]{1,70}", fullmatch=True)),
)
def test_whatever_is_typed_is_dialled_as_digits_or_refused(country: str, text: str) -> None:
    try:
        made = policy(country).judge(text)
    except (InputError, NotAllowed):
        return
    assert re.fullmatch("[0-9]{1,24}", made.digits)
    assert made.kind in ("national", "short", "emergency")


@pytest.mark.parametrize(
    "digits", ["204", "8204", "9W02079460000", "902079460000", "9,02079460000", "999", "9W999"]
)
def test_behind_a_pbx_extensions_and_what_may_be_dialled_pass(digits: str) -> None:
    NumberPolicy("GB", emergency={"999"}).judge_behind_pbx(digits, "9W")


@pytest.mark.parametrize(
    "digits", ["9W09098790000", "909098790000", "9,0033140000000", "9W1W09098790000", "0033140000000"]
)
def test_behind_a_pbx_what_costs_more_or_leads_abroad_is_refused(digits: str) -> None:
    with pytest.raises(NotAllowed):
        NumberPolicy("GB", emergency={"999"}).judge_behind_pbx(digits, "9W")


def test_a_pbx_whose_way_out_is_not_known_gives_on_to_short_numbers_alone() -> None:
    policy = NumberPolicy("GB")
    policy.judge_behind_pbx("204", "")
    with pytest.raises(NotAllowed):
        policy.judge_behind_pbx("909098790000", "")
