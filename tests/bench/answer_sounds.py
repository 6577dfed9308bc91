"""What is heard when a call that was dialled is answered, and what is not to be taken for an answer.

Voices are espeak-ng's; tones those of every country's table, off their figures; and every other signal of the
network: digits, fax and modem tones, caller-ID bursts. All are seeded, with line noise, through G.711.
"""

from __future__ import annotations

import functools
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ctidrv.native.cid import alert, encode_mdmf, fsk_burst
from ctidrv.native.fax import fax_tone
from ctidrv.native.g711 import decode, encode
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, dtmf, render, tone
from ctidrv.ports.regions import Region, known_regions, load_region, tone_spec
from ctidrv.units import RATE

Wave = NDArray[np.float64]
RMS_0_DBM0 = 16140.0

# Thresholds were looked at with the first list only; no voice or language of it is in the second.
TUNED_ON = ("en-us", "cmn+f2", "it+m3", "pl+f1", "tr+m2", "hi+m1")
HELD_OUT = (
    "en-gb+m4",
    "en-gb+f3",
    "cmn+m5",
    "yue+f1",
    "de+f4",
    "fr+m2",
    "es+f5",
    "ru+f2",
    "ja+f3",
    "sv+m7",
    "pt+m1",
)
PERSON = {
    "en": ["Hello?", "Yes?", "Hello, who is this?", "Smith here.", "Good morning, Miller and sons."],
    "cmn": ["喂?", "喂,你好。", "你好,请问找谁?", "哪位?", "您好,请讲。"],
    "yue": ["喂?", "你好,邊位?"],
    "de": ["Hallo?", "Ja, bitte?", "Müller."],
    "fr": ["Allô?", "Oui, bonjour?"],
    "es": ["¿Diga?", "¿Bueno?", "Sí, hola."],
    "ru": ["Алло?", "Да, слушаю."],
    "ja": ["もしもし", "はい、たなかです。"],
    "sv": ["Hallå?", "Ja, hej."],
    "pt": ["Alô?", "Estou sim?"],
    "it": ["Pronto?", "Sì, pronto, chi parla?"],
    "pl": ["Halo?", "Słucham."],
    "tr": ["Alo?", "Efendim?"],
    "hi": ["हैलो?", "जी, कहिए"],
}
MACHINE = {
    "en": [
        "Hello, you have reached the Millers. We cannot come to the phone right now. Please leave your name"
        " and number after the tone, and we will call you back as soon as possible.",
        "Hi, this is Anna. I am not at home. Please leave a message after the beep.",
        "The person you are calling is not available. Please record your message after the tone. When you"
        " have finished recording, you may hang up.",
        "Thank you for calling. Our office is closed. Our hours are nine to five, Monday to Friday.",
    ],
    "cmn": [
        "您好,我现在不能接听您的电话,请在提示音后留言,我会尽快给您回电话,谢谢。",
        "您拨打的用户暂时无法接听,请在嘀声后留言,结束后请挂机。",
        "你好,这里是王芳家,我们现在不在家,请听到提示音后留下您的姓名和电话号码。",
    ],
}


def rms_of(level: float) -> float:
    return float(RMS_0_DBM0 * 10 ** (level / 20))


def wave_of(sound: Pcm) -> Wave:
    return np.frombuffer(sound.bytes, dtype="<i2").astype(np.float64)


def over_the_line(wave: Wave, dice: random.Random, noise: float) -> Pcm:
    """With white noise of this level (dBm0), through A-law or mu-law."""
    seeded = np.random.default_rng(dice.getrandbits(32))
    noisy = np.clip(np.rint(wave + rms_of(noise) * seeded.standard_normal(len(wave))), -32768, 32767)
    law = dice.choice(("alaw", "ulaw"))
    return decode(encode(Pcm.from_bytes(noisy.astype("<i2").tobytes()), law), law)


@functools.cache
def spoken(voice: str, text: str, pitch: int = 50, speed: int = 160) -> Wave:
    """A phrase at 8,000 Hz, 200…3400 Hz, without the silence around it; its loudest 20 ms have rms 1."""
    command = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(speed), "--stdout", text]
    said = subprocess.run(command, check=True, capture_output=True)
    sox = ["sox", "-V1", "-R", "-t", "wav", "--ignore-length", "-", "-t", "raw", "-e", "signed", "-b", "16"]
    more = ["-c", "1", "-r", "8000", "-", "gain", "-n", "-6", "sinc", "200-3400"]
    out = subprocess.run([*sox, *more], input=said.stdout, check=True, capture_output=True)
    wave = np.frombuffer(out.stdout, dtype="<i2").astype(np.float64)
    power = np.sqrt(np.convolve(wave * wave, np.ones(160) / 160, "same"))
    loud = np.flatnonzero(power > power.max() * 10 ** (-30 / 20))
    cut: Wave = wave[loud[0] : loud[-1] + 1] / power.max()
    return cut


def _off_figures(region: Region, name: str, dice: random.Random) -> Pcm:
    """Nine seconds of a country's tone, ±2 % of frequency, ±15 % of time."""
    hz, ms = dice.uniform(0.98, 1.02), dice.uniform(0.85, 1.15)
    wanted = region.tones[name]
    off = replace(
        wanted,
        hz=tuple(each * hz for each in wanted.hz),
        turns=tuple(tuple(each * hz for each in turn) for turn in wanted.turns),
        ms=tuple(round(each * ms) for each in wanted.ms),
    )
    return render(tone_spec(replace(region, tones={**region.tones, name: off}), name), 9 * RATE)


@dataclass(frozen=True, slots=True)
class NoVoice:
    what: str
    sound: Pcm


def _placed(sound: Pcm, dice: random.Random) -> Pcm:
    """At -5…-35 dBm0, from a random moment on, over noise 25 dB and more below it."""
    wave = wave_of(sound)
    level = dice.uniform(-35, -5)
    loud = np.sqrt(np.max(np.convolve(wave * wave, np.ones(800) / 800, "valid")))
    wave = wave / loud * rms_of(level)
    wave = np.concatenate([np.zeros(dice.randrange(800, 4000)), wave, np.zeros(4000)])
    return over_the_line(wave, dice, min(-50.0, dice.uniform(level - 45, level - 25)))


def country_tones(seed: int) -> Iterator[NoVoice]:
    """Every tone of every country, once."""
    dice = random.Random(f"tones {seed}")
    for code in known_regions():
        region = load_region(code)
        for name in region.tones:
            yield NoVoice(f"{name}", _placed(_off_figures(region, name, dice), dice))


def other_signals(seed: int, rounds: int) -> Iterator[NoVoice]:
    """Digits, fax and modem tones, caller-ID bursts and beeps; `rounds` of each."""
    dice = random.Random(f"signals {seed}")
    for _ in range(rounds):
        keys = "".join(dice.choices("0123456789*#ABCD", k=12))
        on, off = dice.randint(40, 200), dice.randint(40, 200)
        yield NoVoice("digits", _placed(dtmf(keys, on_ms=on, off_ms=off, twist=dice.uniform(-6, 4)), dice))
        held = dtmf(dice.choice("0123456789"), on_ms=3000)
        yield NoVoice("digit held", _placed(held, dice))
        for name in ("cng", "ced", "ansam", "v21"):
            yield NoVoice(name, _placed(fax_tone(name, ms=4000), dice))
        number = "".join(dice.choices("0123456789", k=11))
        message = encode_mdmf(when="03081000", number=number, name="ANN LEE")
        for standard in ("bell202", "v23"):
            yield NoVoice(f"caller ID {standard}", _placed(fsk_burst(message, standard=standard), dice))
        yield NoVoice("CAS", _placed(alert(), dice))
        beep = Part((dice.uniform(350, 2000),), -12, dice.uniform(120, 2000))
        yield NoVoice("beep", _placed(render(tone([beep]), 3 * RATE), dice))


@dataclass(frozen=True, slots=True)
class Answer:
    sound: Pcm
    onset: int
    """The first sample of the voice."""
    voice: str
    region: str


def answers(voices: tuple[str, ...], count: int, seed: int) -> Iterator[Answer]:
    """Ringback of a country, cut off anywhere; 0.05 to 1 s of the open line; then somebody says hello."""
    dice = random.Random(f"answers {seed}")
    codes = known_regions()
    for _ in range(count):
        voice, code = dice.choice(voices), dice.choice(codes)
        ringback = render(tone_spec(load_region(code), "ringback"), round(dice.uniform(1.5, 9) * RATE))
        heard = wave_of(ringback)
        heard *= rms_of(dice.uniform(-30, -12)) / max(1.0, float(np.sqrt(np.mean(heard * heard))) * 2)
        gap = np.zeros(dice.randrange(400, 8000))
        phrases = PERSON[voice.split("+")[0].split("-")[0]]
        text = dice.choice(phrases)
        said = spoken(voice, text, dice.randint(25, 75), dice.randint(120, 200)) * rms_of(
            dice.uniform(-30, -8)
        )
        wave = np.concatenate([heard, gap, said, np.zeros(4000)])
        sound = over_the_line(wave, dice, dice.uniform(-65, -50))
        yield Answer(sound, len(heard) + len(gap), voice, code)


@dataclass(frozen=True, slots=True)
class Greeting:
    who: str  # human | machine | fax | unknown
    sound: Pcm
    answered: int
    beep: int | None
    """The sample after the machine's beep."""


def _greeting(voice: str, who: str, dice: random.Random) -> tuple[Wave, int | None]:
    """What the far end says from its answer on, and where a machine's beep ends in it."""
    gap = np.zeros(dice.randrange(1600, 9600))
    level = rms_of(dice.uniform(-30, -8))
    if who == "unknown":
        return np.zeros(8 * RATE), None
    if who == "fax":
        tone_of_it = fax_tone(dice.choice(("ced", "ansam")), ms=4000, level=dice.uniform(-30, -8))
        return np.concatenate([gap, wave_of(tone_of_it)]), None
    language = voice.split("+")[0].split("-")[0]
    text = dice.choice((PERSON if who == "human" else MACHINE)[language])
    said = level * spoken(voice, text, dice.randint(25, 75), dice.randint(130, 190))
    if who == "human":
        return np.concatenate([gap, said, np.zeros(5 * RATE)]), None
    pause = np.zeros(dice.randrange(2400, 12_000))
    part = Part((dice.uniform(400, 1900),), dice.uniform(-25, -8), dice.uniform(150, 1000))
    beep = wave_of(render(tone([part]), 2 * RATE))
    wave = np.concatenate([gap, said, pause, beep])
    return np.concatenate([wave, np.zeros(4 * RATE)]), len(wave)


def greetings(voices: tuple[str, ...], count: int, seed: int) -> Iterator[Greeting]:
    """Persons and machines by halves, and a twentieth of each fax machines and silent lines."""
    dice = random.Random(f"greetings {seed}")
    codes = known_regions()
    able = [voice for voice in voices if voice.split("+")[0].split("-")[0] in MACHINE]
    for _ in range(count):
        who = dice.choices(("human", "machine", "fax", "unknown"), (9, 9, 1, 1))[0]
        ringback = wave_of(render(tone_spec(load_region(dice.choice(codes)), "ringback"), 6 * RATE))
        wave, beep = _greeting(dice.choice(able), who, dice)
        noise = dice.uniform(-65, -50)
        sound = over_the_line(np.concatenate([ringback, wave]), dice, noise)
        yield Greeting(who, sound, len(ringback), None if beep is None else len(ringback) + beep)
