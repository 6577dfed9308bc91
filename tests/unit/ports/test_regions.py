"""Country data: every file, the figures of four countries, and how a broken file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctidrv.errors import InputError
from ctidrv.events import ToneOn
from ctidrv.native import ffi, lib
from ctidrv.native.ear import PROGRESS, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import render
from ctidrv.ports.regions import (
    SIGNALS,
    STANDARDS,
    TONES,
    known_regions,
    load_region,
    progress_config,
    read_region,
    tone_spec,
)
from ctidrv.units import ms

ALL = [*"au br ca cn de es fr gb hk in it jp kr nl nz ru tw us za".split()]  # noqa: SIM905
GOOD = (Path(__file__).parents[3] / "ctidrv/ports/regions/us.toml").read_text(encoding="utf-8")
# ITU-T E.180 Supplement 2: frequencies, on/off times in milliseconds.
FIGURES = {
    "us": {
        "ring": (2000, 4000),
        "dial": ((350, 440), ()),
        "busy": ((480, 620), (500, 500)),
        "ringback": ((440, 480), (2000, 4000)),
        "congestion": ((480, 620), (250, 250)),
        "call_waiting": ((440,), (300, 10000)),
    },
    "gb": {
        "ring": (400, 200, 400, 2000),
        "dial": ((350, 440), ()),
        "busy": ((400,), (375, 375)),
        "ringback": ((400, 450), (400, 200, 400, 2000)),
        "congestion": ((400,), (400, 350, 225, 525)),
        "call_waiting": ((400,), (100, 4000)),
    },
    "cn": {
        "ring": (1000, 4000),
        "dial": ((450,), ()),
        "busy": ((450,), (350, 350)),
        "ringback": ((450,), (1000, 4000)),
        "congestion": ((450,), (700, 700)),
        "call_waiting": ((450,), (400, 4000)),
    },
    "de": {
        "ring": (1000, 4000),
        "dial": ((425,), ()),
        "busy": ((425,), (480, 480)),
        "ringback": ((425,), (1000, 4000)),
        "congestion": ((425,), (240, 240)),
        "call_waiting": ((425,), (200, 200, 200, 5000)),
    },
}


def test_all_countries_of_the_tone_plan_are_there() -> None:
    assert known_regions() == ALL


@pytest.mark.parametrize("code", ALL)
def test_every_countrys_figures_are_sane(code: str) -> None:
    region = load_region(code)
    assert region.code == code
    assert 3 <= sum(region.ring) / 1000 <= 6.5
    assert set(region.tones) == set(TONES)
    for name, tone in region.tones.items():
        assert all(300 <= hz <= 700 for hz in tone.hz), name
        assert all(-30 <= level <= -5 for level in tone.level_dbm0)
        assert len(tone.ms) % 2 == 0
    for name in ("busy", "congestion"):
        assert 300 <= sum(region.tones[name].ms[:2]) <= 1500
    assert sum(region.tones["ringback"].ms) == sum(region.ring)
    assert set(region.caller_id.standards) <= set(STANDARDS)
    assert set(region.clearing) <= set(SIGNALS)
    assert {"busy-tone", "silence"} <= set(region.clearing)


@pytest.mark.parametrize("code", FIGURES)
def test_e180_figures(code: str) -> None:
    region = load_region(code)
    found = {"ring": region.ring, **{name: (tone.hz, tone.ms) for name, tone in region.tones.items()}}
    assert found == FIGURES[code]


def test_canada_is_as_the_united_states() -> None:
    us, ca = load_region("us"), load_region("ca")
    assert (us.ring, us.tones, us.caller_id, us.clearing) == (ca.ring, ca.tones, ca.caller_id, ca.clearing)


def test_us_levels_are_those_of_the_precise_tone_plan() -> None:
    tones = load_region("us").tones
    assert [tones[name].level_dbm0 for name in ("dial", "ringback", "busy")] == [(-13,), (-19,), (-24,)]


@pytest.mark.parametrize("code", ["UK", "Gb", " gb "])
def test_a_country_is_found_by_code_or_alias_in_either_case(code: str) -> None:
    assert load_region(code).name == "United Kingdom"


@pytest.mark.parametrize("code", ["xx", "../us", "", "us.toml", "u" * 10_000])
def test_an_unknown_country_is_refused_with_the_known_ones(code: str) -> None:
    with pytest.raises(InputError, match=r"no country '.{0,40}'; known are au, br, .*, za$"):
        load_region(code)


@pytest.mark.parametrize("code", ALL)
def test_every_tone_can_be_played_with_its_cadence(code: str) -> None:
    region = load_region(code)
    for name, tone in region.tones.items():
        sound = render(tone_spec(region, name), ms(sum(tone.ms) or 500) + ms(50))
        assert sound[: ms(20)].peak() > 100
        if tone.ms:
            on, off = tone.ms[:2]
            assert sound[ms(on) + 1 : ms(on + off)].peak() == 0
            assert sound[ms(sum(tone.ms)) :].peak() > 100  # it begins again


def test_australias_congestion_has_every_other_burst_10_db_quieter() -> None:
    sound = render(tone_spec(load_region("au"), "congestion"), ms(1500))
    loud, quiet = sound[: ms(375)].peak(), sound[ms(750) : ms(1125)].peak()
    assert loud / quiet == pytest.approx(10 ** (10 / 20), rel=0.02)


def test_an_unknown_tone_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="Germany has no tone 'siren'; known are dial, busy"):
        tone_spec(load_region("de"), "siren")


@pytest.mark.parametrize("code", ALL)
def test_the_detector_takes_every_countrys_definitions(code: str) -> None:
    config = progress_config(load_region(code))
    size = lib.cti_progress_size()
    memory = ffi.new("char[]", size + 64)
    start = ffi.cast("cti_progress *", int(ffi.cast("uintptr_t", memory)) + 64 & ~63)
    assert lib.cti_progress_init(start, size, config) == 0
    kinds = [config.tone[index].tone for index in range(config.tones)]
    assert {lib.CTI_TONE_DIAL, lib.CTI_TONE_BUSY, lib.CTI_TONE_RINGBACK} <= set(kinds)


@pytest.mark.parametrize("code", ALL)
def test_a_hang_up_tone_is_known_from_three_bursts_on_and_within_four_cycles(code: str) -> None:
    config = progress_config(load_region(code))
    for index in range(config.tones):
        tone = config.tone[index]
        if tone.tone in (lib.CTI_TONE_BUSY, lib.CTI_TONE_CONGESTION):
            assert tone.cycles * tone.steps // 2 >= 3
            assert tone.cycles <= 4


@pytest.mark.parametrize("code", ALL)
def test_every_tone_of_a_country_is_told_from_its_others_in_real_audio(code: str) -> None:
    region = load_region(code)
    for name in ("dial", "busy", "ringback", "congestion"):
        ear = Ear(detectors=PROGRESS)
        ear.progress(progress_config(region))
        sound = Pcm.silence(4000) + render(tone_spec(region, name), 8000 * 16) + Pcm.silence(64_000)
        heard = [event for event in ear.hear(sound) if isinstance(event, ToneOn)]
        twin = name == "congestion" and region.tones["busy"].ms == region.tones["congestion"].ms
        assert [event.tone for event in heard] == ["busy" if twin else name]
        assert abs(heard[0].start - 4000) <= ms(20)


def test_two_tones_alike_are_defined_once() -> None:
    config = progress_config(load_region("jp"))
    assert [config.tone[index].tone for index in range(config.tones)].count(lib.CTI_TONE_CONGESTION) == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "us"', 'code = 7', "code: must be a text"),
        ("[ring]\nms = [2000, 4000]", "", "ring: missing"),
        ("ms = [2000, 4000]\n\n[tones.dial]", "ms = [2000]\n\n[tones.dial]", "ring.ms: must be on, off"),
        ("ms = [2000, 4000]\n\n[tones.dial]", "ms = []\n\n[tones.dial]", "ring.ms: must not be empty"),
        ("hz = [350, 440]", "hz = [350, 4400]", r"tones.dial.hz: 4400 is not a number from 20 to 3900"),
        ("hz = [350, 440]", "hz = []", "tones.dial.hz: must be a list of 1 to 4"),
        ("hz = [350, 440]", "hz = [true]", "tones.dial.hz: True is not a number"),
        ("hz = [350, 440]", "hz = [nan]", "tones.dial.hz: nan is not a number"),
        ("ms = [500, 500]", "ms = [500, 0]", r"tones.busy.ms: 0 is not a number from 10"),
        ("ms = [500, 500]", f"ms = {[250] * 10}", "tones.busy.ms: must be on, off"),
        ("level_dbm0 = [-13]\n\n[tones.busy]", "level_dbm0 = [-13, -14]\n\n[tones.busy]", "does not fit"),
        ("level_dbm0 = [-13]\n\n[tones.busy]", "\n[tones.busy]", "tones.dial.level_dbm0: missing"),
        ("[tones.congestion]", "[tones.siren]", "tones.congestion: missing"),
        ('standards = ["bell202"]', 'standards = ["morse"]', "caller_id.standards: 'morse' is none"),
        ('when = ["after-first-ring"]', "when = []", "caller_id.when: must not be empty"),
        ('"busy-tone", "dial-tone"', '"busy-tone", "busy-tone"', "clearing.signals: names one twice"),
        ('name = "United States"', 'name = "United States"\nnmae = "x"', "nmae: unknown key"),
        ('name = "United States"', "name = ", "Invalid value"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_file_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    path = tmp_path / "own.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=said) as refused:
        read_region(path)
    assert str(refused.value).startswith(f"{path}: ")


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD.replace('code = "us"', 'code = "office-pbx"'), encoding="utf-8")
    assert read_region(path).code == "office-pbx"


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.toml"
    big.write_bytes(b"#" * 70_000)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (big, binary, tmp_path / "missing.toml", tmp_path):
        with pytest.raises(InputError, match="country file"):
            read_region(path)
