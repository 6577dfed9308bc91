"""A folder with prompts in two languages, where tests write scripts."""

import importlib.util
import math
import struct
import wave
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ctidrv.apps.ivr import Finding, Script, check, load
from ctidrv.apps.ivr.phrases import SPOKEN

PROMPTS = ("welcome", "menu", "wrong", "hello", "still", "bye", "sorry", "your-number-is", "withheld", "beep")
HEAD = """\
ivr: 1
name: test
languages: [en-US, zh-CN]
start: main
flows:
"""


def write_wav(
    path: Path, *, rate: int = 8000, channels: int = 1, amplitude: int = 3000, samples: int = 800
) -> None:
    """A tone; each prompt of a test gets a length of its own, so that they can be told apart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = [round(amplitude * math.sin(2 * math.pi * 440 * n / rate)) for n in range(samples)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", value) * channels for value in tone))


class Bench:
    """Scripts in a folder of prompts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for number, language in enumerate(("en-US", "zh-CN")):
            for index, prompt in enumerate((*PROMPTS, *SPOKEN.values())):
                samples = 800 + 10 * index + 400 * number
                write_wav(folder / "prompts" / language / f"{prompt}.wav", samples=samples)
            phrases = "your-number: [your-number-is, {digits: number}]\n"
            (folder / "prompts" / language / "phrases.yaml").write_text(phrases, encoding="utf-8")

    def write(self, text: str, name: str = "test.ivr.yaml") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def check(self, text: str) -> list[Finding]:
        return check(self.write(text))

    def flows(self, flows: str) -> list[Finding]:
        """Findings of a script with the usual five lines before its flows."""
        return self.check(HEAD + flows)

    def load(self, flows: str, head: str = HEAD) -> Script:
        return load(self.write(head + flows))

    def wav(self, language: str, prompt: str) -> Path:
        return self.folder / "prompts" / language / f"{prompt}.wav"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def make_wav() -> Callable[..., None]:
    return write_wav


@pytest.fixture(scope="session")
def one_call() -> ModuleType:
    """`one_call.py` of this folder."""
    spec = importlib.util.spec_from_file_location("ivr_one_call", Path(__file__).with_name("one_call.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def serve(one_call: ModuleType) -> Any:
    """Runs a script to the end of its call: ``serve(script, *doings, caller=, folder=, limit=)``."""
    return one_call.serve


@pytest.fixture
def speak(one_call: ModuleType) -> Any:
    """``speak(seconds)``: what a caller does who speaks."""
    return one_call.speak
