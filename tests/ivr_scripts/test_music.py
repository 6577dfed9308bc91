"""The music that ships: its level and band, no seam where it goes round, and nothing in it that is a tone."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctidrv.apps.ivr.shipped import shipped_folder, shipped_music
from ctidrv.apps.music import hold_music
from ctidrv.events import SoundOff, SoundOn, ToneOn, VoiceOff, VoiceOn
from ctidrv.native import ffi
from ctidrv.native.ear import PROGRESS, Ear
from ctidrv.native.g711 import decode, encode
from ctidrv.native.pcm import Pcm
from ctidrv.ports.regions import known_regions, load_region, progress_config
from ctidrv.units import RATE, seconds

TREE = Path(__file__).parents[2]
MUSIC = hold_music()
FRAME = 160


def wave_of(sound: Pcm) -> Any:
    return np.frombuffer(sound.bytes, "<i2").astype(float)


def dbm0(wave: Any) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(wave**2)) / 16140 + 1e-9))


def above_the_band(wave: Any) -> Any:
    """The level of each 20 ms above 3,500 Hz, dBm0: where nothing of the piece is, and a click is."""
    frames = len(wave) // FRAME - 1
    cut = np.stack([wave[at * FRAME : (at + 2) * FRAME] for at in range(frames)]) * np.hanning(2 * FRAME)
    high = np.abs(np.fft.rfft(cut))[:, 2 * FRAME * 3500 // RATE :]
    power = 2 * np.sum(high**2, axis=1) / (2 * FRAME) / np.sum(np.hanning(2 * FRAME) ** 2)
    return 20 * np.log10(np.sqrt(power) / 16140 + 1e-9)


def test_the_piece_that_ships_is_what_its_score_gives() -> None:
    spec = importlib.util.spec_from_file_location("make_music", TREE / "ivr_scripts" / "make_music.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert list(shipped_music().values()) == [shipped_folder() / "music" / "calm.wav"]
    assert np.max(np.abs(maker.samples() - wave_of(MUSIC))) <= 1  # numpy's last bit


def test_it_lasts_half_a_minute_to_a_minute_at_20_dbm0_and_is_never_silent() -> None:
    wave = wave_of(MUSIC)
    assert seconds(30) <= len(wave) <= seconds(60)
    assert -21 < dbm0(wave) < -19
    assert np.max(np.abs(wave)) < 16384
    each_second = [dbm0(wave[at : at + RATE]) for at in range(0, len(wave), RATE)]
    assert min(each_second) > -30
    assert max(each_second) < -15


def test_it_stays_in_the_telephone_band() -> None:
    power = np.abs(np.fft.rfft(wave_of(MUSIC))) ** 2
    hz = np.fft.rfftfreq(len(MUSIC), 1 / RATE)
    outside = np.sum(power[(hz < 295) | (hz > 3405)])
    assert 10 * np.log10(outside / np.sum(power)) < -50


def test_where_it_goes_round_there_is_no_click() -> None:
    twice = np.concatenate([wave_of(MUSIC)] * 2)
    high = above_the_band(twice)
    seam = len(MUSIC) // FRAME
    assert np.max(high[seam - 3 : seam + 3]) < np.max(high[: seam - 3]) + 1
    assert np.max(high) < -60
    cut_short = wave_of(MUSIC)[:-100]  # the same measure of a loop that does not close
    clicks = above_the_band(np.concatenate([cut_short, cut_short]))
    assert np.max(clicks[seam - 3 : seam + 3]) > np.max(high) + 10


def test_it_goes_on_over_the_seam_as_anywhere_else() -> None:
    wave = wave_of(MUSIC)
    steps = np.abs(np.diff(np.concatenate([wave, wave[:1]])))
    assert steps[-1] <= np.percentile(steps, 99.9)
    around = np.concatenate([wave[-RATE // 4 :], wave[: RATE // 4]])
    assert -25 < dbm0(around) < -15


@pytest.mark.parametrize("law", ["", "alaw", "ulaw"])
def test_in_ten_loops_all_detectors_hear_sound_and_nothing_else(law: str) -> None:
    piece = decode(encode(MUSIC, law), law) if law else MUSIC
    ear, heard = Ear(), []
    for _ in range(10):
        heard += ear.hear(piece)
    assert {type(event) for event in heard} <= {SoundOn, SoundOff, VoiceOn, VoiceOff}
    since, longest = 0, 0
    for event in heard:
        if isinstance(event, SoundOn):
            longest = max(longest, event.start - since)
        elif isinstance(event, SoundOff):
            since = event.start
    assert max(longest, ear.now - since) < seconds(5)  # of the 45 that end a call


def test_no_countrys_tone_is_heard_in_it() -> None:
    """Twice round: so each tone meets the seam too. Countries with the same tones are asked once."""
    configs = {}
    for code in known_regions():
        config = progress_config(load_region(code))
        configs.setdefault(bytes(ffi.buffer(config)), (code, config))
    assert len(configs) > 100
    for code, config in configs.values():
        ear = Ear(detectors=PROGRESS)
        ear.progress(config)
        heard = [*ear.hear(MUSIC), *ear.hear(MUSIC)]
        assert [event for event in heard if isinstance(event, ToneOn)] == [], code
