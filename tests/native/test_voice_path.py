"""The voice path against implementations that are not ours: numpy's spectrum, SoX and libspandsp."""

from __future__ import annotations

import ctypes
import ctypes.util
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctidrv.media.wav import read_wav
from ctidrv.native import check, ffi, lib, state

ROOT = Path(__file__).parents[2]


def ptr(x: np.ndarray) -> Any:
    """The samples, as the core takes them."""
    assert x.dtype == np.int16
    return ffi.cast("int16_t *", ffi.from_buffer(x))


def speech() -> np.ndarray:
    """Shipped prompts: some ten seconds of a voice that no module was made for."""
    pieces: list[np.ndarray] = []
    for path in sorted((ROOT / "ivr_scripts" / "prompts" / "en-US").glob("*.wav")):
        pieces.append(np.frombuffer(read_wav(path).channels[0].bytes, "<i2"))
        if sum(map(len, pieces)) > 80_000:
            break
    return np.concatenate(pieces).astype(np.int16)


def resampled(x: np.ndarray, rate: int, to: int) -> tuple[np.ndarray, float]:
    """By our core, and its delay in samples of the output."""
    size = lib.cti_resample_size(rate, to)
    s = state("cti_resample", size)
    check(lib.cti_resample_init(s, size, rate, to), "resample")
    out = np.zeros(lib.cti_resample_count(s, len(x)), np.int16)
    assert lib.cti_resample_run(s, ptr(x), len(x), ptr(out), len(out)) == len(out)
    return out, lib.cti_resample_delay(s)


def sox(*words: object, given: np.ndarray, rate: int, to: int) -> np.ndarray:
    if shutil.which("sox") is None:
        pytest.skip("sox is not installed")
    form = ("-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r")
    command = ["sox", "-D", *form, rate, "-", *form, to, "-", *words]
    done = subprocess.run(
        [str(word) for word in command], input=given.tobytes(), capture_output=True, check=True
    )
    return np.frombuffer(done.stdout, "<i2").astype(np.int16)


@pytest.mark.parametrize("to", [16000, 44100, 48000])
def test_response_to_an_impulse_is_flat_to_3_4_khz_and_70_db_down_from_4_khz(to: int) -> None:
    x = np.zeros(400, np.int16)
    x[100] = 32000
    out, _ = resampled(x, 8000, to)
    response = np.abs(np.fft.rfft(out, 1 << 16)) / (32000 * to / 8000)
    db = 20 * np.log10(response + 1e-9)
    hz = np.fft.rfftfreq(1 << 16, 1 / to)
    assert np.abs(db[hz <= 3400]).max() < 0.1
    assert db[hz >= 4000].max() < -70


@pytest.mark.parametrize(
    ("rate", "to"), [(8000, 16000), (8000, 44100), (8000, 48000), (48000, 8000), (44100, 8000)]
)
def test_rates_are_converted_as_sox_converts_them(rate: int, to: int) -> None:
    random = np.random.default_rng(4)
    n = rate  # one second of noise to 3.3 kHz
    spectrum = np.fft.rfft(random.normal(size=n))
    spectrum[3300:] = 0
    noise = np.fft.irfft(spectrum, n)
    x = np.round(noise / np.abs(noise).max() * 20000).astype(np.int16)
    theirs = sox("rate", "-v", given=x, rate=rate, to=to).astype(float)
    mine, delay = resampled(x, rate, to)
    length = min(len(theirs), len(mine))
    shifted = np.fft.rfft(mine[:length].astype(float)) * np.exp(2j * np.pi * np.fft.rfftfreq(length) * delay)
    error = (np.fft.irfft(shifted, length) - theirs[:length])[length // 8 : -length // 8]
    power = np.mean(theirs[length // 8 : -length // 8] ** 2)
    assert 10 * np.log10(power / np.mean(error**2)) > 55


def stretched(x: np.ndarray, speed: float) -> np.ndarray:
    size = lib.cti_stretch_size()
    s = state("cti_stretch", size)
    check(lib.cti_stretch_init(s, size, speed), "stretch")
    pieces, at = [], 0
    while True:
        out = np.zeros(160, np.int16)
        got = check(lib.cti_stretch_get(s, ptr(out), 160), "stretch")
        pieces.append(out[:got])
        if got < 160 and at < len(x):
            at += check(lib.cti_stretch_put(s, ptr(x[at : at + 400]), len(x[at : at + 400])), "stretch")
            if at == len(x):
                check(lib.cti_stretch_end(s), "stretch")
        elif got == 0:
            return np.concatenate(pieces)


def bands(x: np.ndarray) -> np.ndarray:
    """The long-term spectrum in bands of 125 Hz, to 3.4 kHz, in dB."""
    frames = np.lib.stride_tricks.sliding_window_view(x.astype(float), 512)[::128] * np.hanning(512)
    power = (np.abs(np.fft.rfft(frames)) ** 2).mean(axis=0)[8:224]
    return np.asarray(10 * np.log10(power.reshape(-1, 8).sum(axis=1) + 1.0))


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.5, 2.0])
def test_stretched_speech_keeps_its_spectrum_as_well_as_with_sox(speed: float) -> None:
    x = speech()
    mine, theirs = stretched(x, speed), sox("tempo", "-s", speed, given=x, rate=8000, to=8000)
    assert len(mine) == pytest.approx(len(x) / speed, abs=480)
    assert len(mine) == pytest.approx(len(theirs), abs=1000)
    off, other = np.abs(bands(mine) - bands(x)), np.abs(bands(theirs) - bands(x))
    print(f"speed {speed}: spectra differ by {off.mean():.2f} dB on average, with SoX {other.mean():.2f} dB")
    assert off.mean() < other.mean() + 0.4
    assert off.mean() < 2.0


def spectra_apart(clean: np.ndarray, made: np.ndarray, missing: np.ndarray) -> float:
    """How far the short spectra of lost ticks are from the real ones, dB."""
    far = []
    for at in np.flatnonzero(missing)[::160]:
        of_both = (z[at : at + 160].astype(float) * np.hanning(160) for z in (clean, made))
        real, ours = (10 * np.log10(np.abs(np.fft.rfft(z))[6:68] ** 2 + 1e4) for z in of_both)
        far.append(np.sqrt(np.mean((real - ours) ** 2)))
    return float(np.mean(far))


def test_lost_sound_of_speech_is_concealed_as_well_as_by_spandsp() -> None:
    found = ctypes.util.find_library("spandsp")
    if found is None:
        pytest.skip("libspandsp is not installed")
    other = ctypes.CDLL(found)
    other.plc_init.restype = ctypes.c_void_p
    size = lib.cti_plc_size()
    ours, clean, figures = state("cti_plc", size), speech(), []
    for seed in range(6):  # each loses other ticks of 20 ms, one in ten
        random = np.random.default_rng(seed)
        theirs = ctypes.c_void_p(other.plc_init(None))
        check(lib.cti_plc_init(ours, size), "plc")
        mine, spandsp, missing = clean.copy(), clean.copy(), np.zeros(len(clean), bool)
        for at in range(160, len(clean) - 160, 160):
            a, b = mine[at : at + 160], spandsp[at : at + 160]
            address = b.ctypes.data_as(ctypes.POINTER(ctypes.c_int16))
            if random.random() < 0.1:
                missing[at : at + 160] = True
                lib.cti_plc_lost(ours, ptr(a), 160)
                other.plc_fillin(theirs, address, 160)
            else:
                lib.cti_plc_good(ours, ptr(a), 160)
                other.plc_rx(theirs, address, 160)
        other.plc_free(theirs)
        power = np.sum(clean[missing].astype(float) ** 2)
        snr = (10 * np.log10(power / np.sum((y - 1.0 * clean)[missing] ** 2)) for y in (mine, spandsp))
        far = (spectra_apart(clean, y, missing) for y in (mine, spandsp, np.where(missing, 0, clean)))
        figures.append([*snr, *far])
    snr_mine, snr_theirs, far_mine, far_theirs, far_silence = np.mean(figures, axis=0)
    print(f"signal to error {snr_mine:.1f} dB, spandsp {snr_theirs:.1f}")
    print(f"spectra off by {far_mine:.1f} dB, spandsp {far_theirs:.1f}, silence {far_silence:.1f}")
    assert snr_mine > snr_theirs - 0.2
    assert far_mine < far_theirs
    assert far_mine < far_silence - 10
