"""Digits against implementations that are not ours: numpy, SoX, libspandsp and multimon-ng, both ways."""

from __future__ import annotations

import ctypes
import ctypes.util
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctidrv.apps.music import hold_music
from ctidrv.events import DigitDown, DigitUp
from ctidrv.media.wav import read_wav
from ctidrv.native.ear import ALL, DTMF, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf
from ctidrv.ports.regions import known_regions, load_region

KEYS = "123A456B789C*0#D"
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
REFERENCE_PEAK = 16140 * np.sqrt(2)  # of a 0 dBm0 sine


def heard(sound: Pcm, detectors: int = DTMF) -> str:
    return "".join(
        event.digit for event in Ear(detectors=detectors).hear(sound) if isinstance(event, DigitDown)
    )


def pcm(x: np.ndarray) -> Pcm:
    return Pcm(np.clip(np.round(x), -32768, 32767).astype(int).tolist())


def keyed(
    digits: str, on_ms: float, off_ms: float, random: np.random.Generator, **change: float
) -> np.ndarray:
    """Digits by numpy: `level` (each tone, dBm0), `offset` (ratio), `noise` (dBm0)."""
    pieces = [np.zeros(1600)]
    for digit in digits:
        row, column = divmod(KEYS.index(digit), 4)
        n = np.arange(int(on_ms * 8))
        shift = 1 + change.get("offset", 0.0) * random.choice([-1, 1])
        pieces.append(
            sum(
                REFERENCE_PEAK
                * 10 ** (change.get("level", -10.0) / 20)
                * np.sin(2 * np.pi * hz * shift * n / 8000 + random.uniform(0, 6.28))
                for hz in (LOW[row], HIGH[column])
            )
        )
        pieces.append(np.zeros(int(off_ms * 8) + int(random.integers(16))))
    x = np.concatenate([*pieces, np.zeros(800)])
    return x + random.normal(0, 16140 * 10 ** (change.get("noise", -70.0) / 20), len(x))


@pytest.mark.parametrize(
    "change",
    [
        {"level": 0},
        {"level": -40, "noise": -65},
        {"offset": 0.015},
        {"noise": -12},
        {"level": -20, "offset": 0.01, "noise": -30},
    ],
    ids=str,
)
def test_digits_made_by_numpy_are_all_heard(change: dict[str, float]) -> None:
    random = np.random.default_rng(1)
    digits = "".join(random.choice(list(KEYS), 200))
    assert heard(pcm(keyed(digits, 45, 45, random, **change))) == digits


def test_q24_times_of_a_digit_are_those_of_its_sound() -> None:
    random = np.random.default_rng(2)
    x = keyed("5", 80, 100, random)
    down, up = Ear(detectors=DTMF).hear(pcm(x))
    assert isinstance(down, DigitDown)
    assert isinstance(up, DigitUp)
    assert up.length == pytest.approx(640, abs=24)
    assert down.at - 1600 < 30 * 8


def test_all_detectors_together_hear_the_same_digits() -> None:
    random = np.random.default_rng(3)
    digits = "".join(random.choice(list(KEYS), 100))
    x = keyed(digits, 50, 50, random, noise=-40)
    assert heard(pcm(x), ALL) == heard(pcm(x), DTMF) == digits


def test_digits_made_by_sox_are_heard(tmp_path: Path) -> None:
    if shutil.which("sox") is None:
        pytest.skip("sox is not installed")
    wavs = []
    for index, digit in enumerate("0123456789*#"):
        row, column = divmod(KEYS.index(digit), 4)
        wavs.append(str(tmp_path / f"{index}.wav"))
        synth = f"synth 0.06 sine {LOW[row]} sine {HIGH[column]} remix 1,2 gain -8 pad 0.05 0.02"
        subprocess.run(["sox", "-n", "-r", "8000", "-b", "16", wavs[-1], *synth.split()], check=True)
    whole = tmp_path / "whole.wav"
    subprocess.run(["sox", *wavs, str(whole)], check=True)
    assert heard(read_wav(whole).channels[0]) == "0123456789*#"


def multimon_hears(sound: Pcm, folder: Path) -> str:
    raw = folder / "digits.s16"
    raw.write_bytes(sound.bytes)
    fast = folder / "fast.raw"  # multimon-ng listens at 22,050 Hz
    as_s16 = "-t raw -r {} -e signed -b 16 -c 1"
    subprocess.run(
        ["sox", *as_s16.format(8000).split(), raw, *as_s16.format(22050).split(), fast], check=True
    )
    out = subprocess.run(
        ["multimon-ng", "-q", "-a", "DTMF", "-t", "raw", str(fast)],
        check=True,
        capture_output=True,
        text=True,
    )
    return "".join(line.split()[1] for line in out.stdout.splitlines() if line.startswith("DTMF:"))


def test_what_we_send_is_heard_by_multimon(tmp_path: Path) -> None:
    if shutil.which("multimon-ng") is None or shutil.which("sox") is None:
        pytest.skip("multimon-ng and sox are not installed")
    digits = "147*2580369#ABCD"
    assert multimon_hears(dtmf(digits, on_ms=100, off_ms=100) + Pcm.silence(8000), tmp_path) == digits


def test_what_countries_dial_is_heard_by_multimon(tmp_path: Path) -> None:
    if shutil.which("multimon-ng") is None or shutil.which("sox") is None:
        pytest.skip("multimon-ng and sox are not installed")
    for code in ("us", "gb", "ru"):
        sound = load_region(code).dialling.tones("147*2580369#ABCD") + Pcm.silence(8000)
        assert multimon_hears(sound, tmp_path) == "147*2580369#ABCD"


@pytest.fixture(scope="module")
def spandsp() -> Any:
    found = ctypes.util.find_library("spandsp")
    if found is None:
        pytest.skip("libspandsp is not installed")
    lib = ctypes.CDLL(found)
    for name in ("dtmf_tx_init", "dtmf_rx_init"):
        getattr(lib, name).restype = ctypes.c_void_p
    for name in ("dtmf_rx_get", "dtmf_tx_put", "dtmf_tx", "dtmf_rx"):
        getattr(lib, name).restype = ctypes.c_size_t if name.endswith("get") else ctypes.c_int
    return lib


def spandsp_hears(lib: Any, sound: Pcm) -> str:
    rx = ctypes.c_void_p(lib.dtmf_rx_init(None, None, None))
    digits = ""
    buffer = ctypes.create_string_buffer(128)
    for begin in range(0, len(sound), 160):
        block = sound[begin : begin + 160].bytes
        lib.dtmf_rx(rx, block, len(block) // 2)
        count = lib.dtmf_rx_get(rx, buffer, 127)
        digits += buffer.raw[:count].decode()
    lib.dtmf_rx_free(rx)
    return digits


def test_digits_sent_by_spandsp_are_heard(spandsp: Any) -> None:
    digits = "0123456789*#ABCD" * 4
    tx = ctypes.c_void_p(spandsp.dtmf_tx_init(None, None, None))
    assert spandsp.dtmf_tx_put(tx, digits.encode(), -1) == 0
    block = (ctypes.c_int16 * 160)()
    sound = b""
    while (made := spandsp.dtmf_tx(tx, block, 160)) > 0:
        sound += bytes(block)[: 2 * made]
    spandsp.dtmf_tx_free(tx)
    assert heard(Pcm.from_bytes(sound) + Pcm.silence(800), ALL) == digits


def test_what_we_send_is_heard_by_spandsp(spandsp: Any) -> None:
    digits = "0123456789*#ABCD" * 4
    assert spandsp_hears(spandsp, dtmf(digits, on_ms=60, off_ms=60) + Pcm.silence(800)) == digits


def test_what_every_country_dials_is_heard_by_spandsp(spandsp: Any) -> None:
    habits = {load_region(code).dialling for code in known_regions()}
    assert len(habits) > 10
    for dialling in habits:
        assert spandsp_hears(spandsp, dialling.tones(KEYS) + Pcm.silence(800)) == KEYS


def test_neither_spandsp_nor_multimon_hears_a_digit_in_our_music(spandsp: Any, tmp_path: Path) -> None:
    if shutil.which("multimon-ng") is None or shutil.which("sox") is None:
        pytest.skip("multimon-ng and sox are not installed")
    sound = hold_music() + hold_music()
    assert spandsp_hears(spandsp, sound) == multimon_hears(sound, tmp_path) == ""


def test_es_201_235_2_levels_of_what_countries_dial_are_those_of_their_files() -> None:
    for code in ("us", "gb", "ru", "nz"):
        dialling = load_region(code).dialling
        on = np.frombuffer(dialling.tones("5").bytes, "<i2")[: dialling.dtmf_ms[0] * 8].astype(float)
        n = np.arange(len(on))
        for hz, dbm0 in zip((770, 1336), dialling.dtmf_dbm0, strict=True):
            rms = abs(on @ np.exp(-2j * np.pi * hz * n / 8000)) * np.sqrt(2) / len(on)
            assert 20 * np.log10(rms / 16140) == pytest.approx(dbm0, abs=0.5)  # edges of 2 ms included


@pytest.mark.parametrize(
    "change",
    [{"noise": -13}, {"offset": 0.015}, {"level": -40, "noise": -80}],
    ids=str,
)
def test_we_hear_at_least_what_spandsp_hears(spandsp: Any, change: dict[str, float]) -> None:
    random = np.random.default_rng(5)
    digits = "".join(random.choice(list(KEYS), 150))
    sound = pcm(keyed(digits, 50, 50, random, **change))
    ours = heard(sound)
    assert ours == digits
    assert len(ours) >= len(spandsp_hears(spandsp, sound))


def through_sox_ima_adpcm(sound: Pcm, folder: Path) -> Pcm:
    raw = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", "8000", "-"]
    coded = folder / "adpcm.wav"
    subprocess.run(["sox", "-R", *raw, "-e", "ima-adpcm", str(coded)], input=sound.bytes, check=True)
    back = subprocess.run(["sox", "-R", str(coded), *raw], check=True, capture_output=True)
    return Pcm.from_bytes(back.stdout)


def through_spandsp(lib: Any, codec: str, sound: Pcm, *settings: int) -> Pcm:
    """Coded and decoded again; codec: the prefix of its functions."""
    make = getattr(lib, f"{codec}_init")
    make.restype = ctypes.c_void_p
    coded = ctypes.create_string_buffer(len(sound))
    samples = ctypes.create_string_buffer(2 * len(sound) + 64)
    coder, decoder = (ctypes.c_void_p(make(None, *settings)) for _ in range(2))
    count = getattr(lib, f"{codec}_encode")(coder, coded, sound.bytes, len(sound))
    made = getattr(lib, f"{codec}_decode")(decoder, samples, coded, count)
    return Pcm.from_bytes(samples.raw[: 2 * made])


@pytest.mark.parametrize("change", [{"level": -5}, {"level": -25}, {"offset": 0.015}], ids=str)
def test_digits_are_heard_through_adpcm(spandsp: Any, tmp_path: Path, change: dict[str, float]) -> None:
    random = np.random.default_rng(4)
    digits = "".join(random.permutation(list(KEYS * 3)))
    sent = pcm(keyed(digits, 50, 50, random, **change))
    assert heard(through_sox_ima_adpcm(sent, tmp_path)) == digits
    assert heard(through_spandsp(spandsp, "ima_adpcm", sent, 0, 0)) == digits
    assert heard(through_spandsp(spandsp, "g726", sent, 32000, 0, 0)) == digits
