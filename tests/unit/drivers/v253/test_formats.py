from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.drivers.v253.formats import CODINGS, best, parse
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import seconds


@pytest.mark.parametrize("name", CODINGS)
@pytest.mark.parametrize("dbm0", [3.0, -10.0, -30.0])
def test_levels_are_kept_by_every_coding(name: str, dbm0: float) -> None:
    coding = CODINGS[name]
    sound = render(tone([Part((1004.0,), dbm0, 1000)]), seconds(1))
    back = coding.decode(coding.encode(sound))
    assert len(back) == len(sound)
    assert level(back) == pytest.approx(dbm0, abs=0.5)


@pytest.mark.parametrize("name", CODINGS)
def test_silence_stays_silence(name: str) -> None:
    coding = CODINGS[name]
    assert level(coding.decode(coding.encode(Pcm.silence(1600)))) < -60


@given(st.binary(max_size=200))
def test_any_bytes_are_samples(data: bytes) -> None:
    for coding in CODINGS.values():
        whole = len(data) - len(data) % coding.width
        assert len(coding.decode(data[:whole])) == whole // coding.width


@pytest.mark.parametrize(
    ("lines", "number", "coding"),
    [
        (['128,"8-BIT LINEAR",(7200,8000,11025)', '129,"16-BIT LINEAR",(7200,8000,11025)'], 128, "unsigned"),
        (['130,"8-BIT ALAW",(8000)', '131,"8-BIT ULAW",(8000)'], 131, "ulaw"),
        (
            [
                '0,"SIGNED PCM",8,0,8000,0,0',
                '1,"UNSIGNED PCM",8,0,8000,0,0',
                '129,"IMA ADPCM",4,0,8000,0,0',
                '131,"Mu-Law",8,0,8000,0,0',
                '132,"A-Law",8,0,8000,0,0',
            ],
            131,
            "ulaw",
        ),
        (['0,"SIGNED PCM",8,0,(8000),0,0', '1,"UNSIGNED PCM",8,0,(8000),0,0'], 1, "unsigned"),
        (["4,G.711U,8,0,(7200,8000),(0),(0)", "5,G.711A,8,0,(7200,8000),(0),(0)"], 4, "ulaw"),
        (['+VSM: 1,"UNSIGNED PCM",8,0,8000,0,0'], 1, "unsigned"),
    ],
)
def test_v253_vsm_lists_of_modems_are_read_and_the_best_is_chosen(
    lines: list[str], number: int, coding: str
) -> None:
    chosen = best(parse(lines))
    assert chosen is not None
    assert (chosen.number, chosen.coding.name) == (number, coding)


@pytest.mark.parametrize(
    "lines", [[], ["ERROR"], ['140,"2 Bit ADPCM",2,0,7200,0,0'], ['1,"UNSIGNED PCM",8,0,11025,0,0'], ["x,y"]]
)
def test_a_list_with_nothing_for_us_has_no_best(lines: list[str]) -> None:
    assert best(parse(lines)) is None


@given(st.lists(st.text(max_size=80), max_size=5))
def test_a_list_of_anything_is_read(lines: list[str]) -> None:
    parse(lines)
