"""Fax tones against implementations that are not ours: numpy, SoX, espeak-ng and libspandsp, both ways."""

from __future__ import annotations

import ctypes
import ctypes.util
import shutil
import subprocess
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from ctidrv.events import FaxTone
from ctidrv.media.wav import read_wav
from ctidrv.native import g711
from ctidrv.native.ear import ALL, FAX, Ear
from ctidrv.native.echo_can import ToneDisabler
from ctidrv.native.fax import fax_tone
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf, render
from ctidrv.ports.region_files import OPTIONAL_TONES, TONES
from ctidrv.ports.regions import known_regions, load_region, tone_spec

REFERENCE_PEAK = 16140 * np.sqrt(2)  # of a 0 dBm0 sine
QUIET = Pcm.silence(4000)

# modem_connect_tones.h
CNG, ANS, ANS_PR, ANSAM, ANSAM_PR, PREAMBLE = 1, 2, 3, 4, 5, 6


def heard(sound: Pcm, detectors: int = FAX) -> list[FaxTone]:
    return [event for event in Ear(detectors=detectors).hear(sound) if isinstance(event, FaxTone)]


def names(sound: Pcm) -> list[str]:
    return [event.tone for event in heard(sound)]


def pcm(x: np.ndarray) -> Pcm:
    return Pcm(np.clip(np.round(x), -32768, 32767).astype(int).tolist())


def sine(hz: float, seconds: float, level: float) -> np.ndarray:
    n = np.arange(int(seconds * 8000))
    x: np.ndarray = REFERENCE_PEAK * 10 ** (level / 20) * np.sin(2 * np.pi * hz * n / 8000)
    return x


def made(tone: str, level: float) -> np.ndarray:
    """A tone by numpy, from its standard."""
    if tone == "cng":
        return np.concatenate([sine(1100, 0.5, level), np.zeros(24000)] * 2)
    if tone == "v21":
        bits = np.array([0, 1, 1, 1, 1, 1, 1, 0] * 40)[np.arange(8000) * 300 // 8000]
        turns = np.cumsum(np.where(bits == 1, 1650, 1850)) / 8000
        x: np.ndarray = REFERENCE_PEAK * 10 ** (level / 20) * np.sin(2 * np.pi * turns)
        return x
    n = np.arange(24000)
    turned = np.where(n // 3600 % 2, -1, 1)
    depth = 0.2 if tone == "ansam" else 0.0
    am = 1 + depth * np.sin(2 * np.pi * 15 * n / 8000)
    x = sine(2100, 3, level) * am * (turned if tone == "ansam" else 1)
    return x


@pytest.mark.parametrize("tone", ["cng", "ced", "ansam", "v21"])
@pytest.mark.parametrize("level", [0, -20, -43])
def test_tones_made_by_numpy_are_heard_in_noise_15_db_below(tone: str, level: float) -> None:
    random = np.random.default_rng(abs(int(level)))
    x = np.concatenate([np.zeros(6000), made(tone, level), np.zeros(4000)])
    x += random.normal(0, 16140 * 10 ** ((level - 15) / 20), len(x))
    (event,) = heard(pcm(x))
    assert event.tone == tone
    assert abs(event.start - 6000) < 32


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
@pytest.mark.parametrize("tone", ["cng", "ced", "ansam", "v21"])
def test_tones_through_a_codec_are_heard(tone: str, law: Any) -> None:
    sound = QUIET + fax_tone(tone, ms=2900, level=-30) + QUIET
    assert names(g711.decode(g711.encode(sound, law), law)) == [tone]


@pytest.mark.parametrize("tone", ["cng", "ced", "ansam", "v21"])
def test_what_our_sender_makes_is_heard_by_the_whole_ear(tone: str) -> None:
    (event,) = heard(QUIET + fax_tone(tone, ms=3300) + QUIET, ALL)
    assert event.tone == tone
    assert event.reversals == (tone == "ansam")


def test_v25_reversals_without_modulation_are_ced_with_reversals() -> None:
    (event,) = heard(QUIET + fax_tone("ced", ms=3300, reversals=True) + QUIET)
    assert (event.tone, event.reversals) == ("ced", True)


def test_a_fax_that_answers_is_heard_in_order() -> None:
    answer = fax_tone("ced", ms=2800) + Pcm.silence(600) + fax_tone("v21", ms=1000)
    assert names(QUIET + answer + QUIET) == ["ced", "v21"]


def test_tones_made_by_sox_are_heard(tmp_path: Path) -> None:
    if shutil.which("sox") is None:
        pytest.skip("sox is not installed")
    for tone, synth in {
        "cng": "synth 0.5 sine 1100 gain -10 pad 1 3",
        "ced": "synth 3 sine 2100 gain -10 pad 1 1",
        "ansam": "synth 3 sine 2100 gain -10 tremolo 15 33.33 pad 1 1",
    }.items():
        path = tmp_path / f"{tone}.wav"
        subprocess.run(["sox", "-n", "-r", "8000", "-b", "16", str(path), *synth.split()], check=True)
        (event,) = heard(read_wav(path).channels[0])
        assert event.tone == tone
        assert abs(event.start - 8000) < 32


@pytest.mark.parametrize("code", known_regions())
def test_no_call_progress_tone_of_any_country_is_a_fax(code: str) -> None:
    region = load_region(code)
    for name in (*TONES, *OPTIONAL_TONES):
        if name in region.tones:
            assert names(render(tone_spec(region, name), 10 * 8000) + QUIET) == []


def test_digits_are_no_fax() -> None:
    assert names(dtmf("0123456789*#ABCD" * 4, on_ms=120, off_ms=120)) == []


@pytest.mark.parametrize("voice", ["en-us", "en-us+f3", "cmn+f2", "de+m3"])
def test_talk_off_speech_of_espeak_is_no_fax(voice: str, tmp_path: Path) -> None:
    if shutil.which("espeak-ng") is None or shutil.which("sox") is None:
        pytest.skip("espeak-ng and sox are not installed")
    text = " ".join(f"{number} people see the sea at {number * 7} o'clock." for number in range(20))
    wide, path = tmp_path / "wide.wav", tmp_path / "speech.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(wide), text], check=True)
    subprocess.run(["sox", "-G", str(wide), "-r", "8000", "-b", "16", str(path)], check=True)
    speech = read_wav(path).channels[0]
    assert len(speech) > 20 * 8000
    assert names(speech) == []


@pytest.fixture(scope="module")
def spandsp() -> Any:
    found = ctypes.util.find_library("spandsp")
    if found is None:
        pytest.skip("libspandsp is not installed")
    lib = ctypes.CDLL(found)
    for name in ("modem_connect_tones_tx_init", "modem_connect_tones_rx_init", "fsk_tx_init"):
        getattr(lib, name).restype = ctypes.c_void_p
    return lib


def spandsp_makes(lib: Any, kind: int, samples: int) -> Pcm:
    sender = ctypes.c_void_p(lib.modem_connect_tones_tx_init(None, kind))
    out = (ctypes.c_int16 * samples)()
    size = lib.modem_connect_tones_tx(sender, out, samples)
    lib.modem_connect_tones_tx_free(sender)
    return Pcm(out[:size])


@pytest.mark.parametrize(
    ("kind", "asks"), [(CNG, False), (ANS, False), (ANS_PR, True), (ANSAM, False), (ANSAM_PR, True)]
)
@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_g168_clause_7_tones_of_spandsp_that_turn_disable_the_echo_canceller(
    spandsp: Any, kind: int, asks: bool, law: Literal["alaw", "ulaw"]
) -> None:
    sound = g711.decode(g711.encode(QUIET + spandsp_makes(spandsp, kind, 16000), law), law)
    silence = Pcm.silence(len(sound))
    assert ToneDisabler().run(silence, sound) is asks
    assert ToneDisabler().run(sound, silence) is asks
    assert ToneDisabler().run(silence + silence, sound + silence) is False


@pytest.mark.parametrize(
    ("kind", "tone", "reversals"),
    [
        (CNG, "cng", False),
        (ANS, "ced", False),
        (ANS_PR, "ced", True),
        (ANSAM, "ansam", False),
        (ANSAM_PR, "ansam", True),
    ],
)
def test_tones_of_spandsp_are_heard(spandsp: Any, kind: int, tone: str, reversals: bool) -> None:
    (event,) = heard(QUIET + spandsp_makes(spandsp, kind, 24000) + QUIET)
    assert (event.tone, event.reversals) == (tone, reversals)


def test_flags_of_spandsp_in_v21_are_heard(spandsp: Any) -> None:
    bits = iter([0, 1, 1, 1, 1, 1, 1, 0] * 100)

    next_bit = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(lambda _: next(bits))
    v21_channel_2 = 1  # FSK_V21CH2
    spec_size = ctypes.sizeof(ctypes.c_char_p) + 5 * ctypes.sizeof(ctypes.c_int)
    specs = ctypes.addressof(ctypes.c_char.in_dll(spandsp, "preset_fsk_specs"))
    spec_size += -spec_size % ctypes.sizeof(ctypes.c_char_p)
    spec = ctypes.c_void_p(specs + v21_channel_2 * spec_size)
    sender = ctypes.c_void_p(spandsp.fsk_tx_init(None, spec, next_bit, None))
    out = (ctypes.c_int16 * 8000)()
    assert spandsp.fsk_tx(sender, out, 8000) == 8000
    spandsp.fsk_tx_free(sender)
    (event,) = heard(QUIET + Pcm(out[:]) + QUIET)
    assert event.tone == "v21"


def spandsp_hears(lib: Any, kind: int, sound: Pcm) -> list[int]:
    told: list[int] = []

    kinds = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int)
    report = kinds(lambda _, tone, level, delay: told.append(tone) if tone else None)
    receiver = ctypes.c_void_p(lib.modem_connect_tones_rx_init(None, kind, report, None))
    for begin in range(0, len(sound), 160):
        block = sound[begin : begin + 160].bytes
        lib.modem_connect_tones_rx(receiver, block, len(block) // 2)
    lib.modem_connect_tones_rx_free(receiver)
    return told


@pytest.mark.parametrize(
    ("tone", "reversals", "listens_for", "says"),
    [
        ("cng", None, CNG, CNG),
        ("ced", False, ANS, ANS),
        ("ced", True, ANS, ANS_PR),
        ("ansam", False, ANS, ANSAM),
        ("ansam", True, ANS, ANSAM_PR),
        ("v21", None, PREAMBLE, PREAMBLE),
    ],
)
def test_what_we_send_is_heard_by_spandsp(
    spandsp: Any, tone: str, reversals: bool | None, listens_for: int, says: int
) -> None:
    sound = QUIET + fax_tone(tone, ms=3300, reversals=reversals) + QUIET
    assert spandsp_hears(spandsp, listens_for, sound)[-1:] == [says]
