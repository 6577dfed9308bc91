"""The player: one recording or message, its waveform and where in it we are."""

from __future__ import annotations

import io
import itertools
import sys
import wave
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ctidesk.viewmodels import alaw
from ctidesk.viewmodels.phrases import NOTHING, QT_TRANSLATE_NOOP, Phrase

NOT_READABLE = QT_TRANSLATE_NOOP("Player", "This recording cannot be read: it is no 16-bit WAV file.")
NOT_LOADED = QT_TRANSLATE_NOOP("Player", "The recording could not be fetched from the station.")
EMPTY_FILE = QT_TRANSLATE_NOOP("Player", "This recording is empty.")

COLUMNS = 2000
"""Columns of the envelope: more than a window is wide."""


class NotReadable(ValueError):
    """The bytes are not what the player plays; `words` says why."""

    def __init__(self, words: Phrase) -> None:
        super().__init__(words.source)
        self.words = words


class NoSound(Exception):
    """There is nothing to play with; `words` says what to install or to plug in."""

    def __init__(self, words: Phrase, detail: str = "") -> None:
        super().__init__(words.source)
        self.words = words
        self.detail = detail


Lane = tuple[tuple[float, float], ...]
"""One channel's envelope: (lowest, highest) of each column, -1 to 1."""


@dataclass(frozen=True, slots=True)
class Audio:
    """A WAV file, decoded: interleaved 16-bit frames in this machine's byte order, and the envelope."""

    frames: bytes
    channels: int
    rate: int
    lanes: tuple[Lane, ...]

    @property
    def length(self) -> int:
        """In frames."""
        return len(self.frames) // (2 * self.channels)

    @property
    def seconds(self) -> float:
        return self.length / self.rate


def envelope(samples: array[int], columns: int = COLUMNS) -> Lane:
    """(lowest, highest) of each of at most `columns` equal parts, -1 to 1."""
    count = min(columns, len(samples))
    edges = [len(samples) * column // count for column in range(count + 1)] if count else [0]
    parts = (samples[start:end] for start, end in itertools.pairwise(edges))
    return tuple((min(part) / 32768, max(part) / 32768) for part in parts)


def _linear(content: bytes) -> tuple[bytes, int, int]:
    """16-bit frames in this machine's byte order, channels, rate."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError, RuntimeError) as error:
        raise NotReadable(NOT_READABLE) from error
    if width != 2:
        raise NotReadable(NOT_READABLE)
    samples = array("h", frames[: len(frames) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes(), channels, rate


def decode(content: bytes) -> Audio:
    """A WAV file of one or two channels, 16-bit or A-law; NotReadable for everything else."""
    frames, channels, rate = alaw.read(content) or _linear(content)
    if channels not in (1, 2) or rate <= 0:
        raise NotReadable(NOT_READABLE)
    frames = frames[: len(frames) // (2 * channels) * 2 * channels]
    if not frames:
        raise NotReadable(EMPTY_FILE)
    samples = array("h", frames)
    lanes = tuple(envelope(samples[channel::channels]) for channel in range(channels))
    return Audio(samples.tobytes(), channels, rate, lanes)


class Output(Protocol):
    """Something that plays. `start` may take a while and raises NoSound; the rest returns at once."""

    def start(self, audio: Audio, frame: int) -> None: ...
    def stop(self) -> None: ...
    def position(self) -> int:
        """The frame that is heard now."""
        ...

    def playing(self) -> bool: ...


Job = Callable[[], None]
Background = Callable[[Job, Callable[[Exception | None], None]], None]
"""Runs a job off the UI thread, then the second function on it, with what the job raised or None."""


@dataclass(slots=True)
class Player:
    """`state` is empty, loading, ready, playing or failed; `words` explains failed."""

    output: Output
    background: Background
    changed: Callable[[], None] = lambda: None
    state: str = "empty"
    item: tuple[str, str] | None = None
    """("recording" | "message", id)"""
    title: str | Phrase = NOTHING
    audio: Audio | None = None
    words: Phrase = NOTHING
    detail: str = ""
    _frame: int = 0
    _turn: int = field(default=0)

    def expect(self, item: tuple[str, str], title: str | Phrase) -> None:
        """`item` was asked of the station."""
        self._halt()
        self.item, self.title, self.audio, self._frame = item, title, None, 0
        self._set("loading")

    def load(self, item: tuple[str, str], audio: Audio) -> None:
        """`item` came; one that is not wanted any more is dropped."""
        if item == self.item:
            self.audio = audio
            self._set("ready")

    def fail(self, item: tuple[str, str], words: Phrase, detail: str = "") -> None:
        if item == self.item:
            self._set("failed", words, detail)

    @property
    def position(self) -> float:
        """Seconds from the start."""
        return self._now() / self.audio.rate if self.audio else 0.0

    @property
    def seconds(self) -> float:
        return self.audio.seconds if self.audio else 0.0

    def _now(self) -> int:
        if self.audio is None:
            return 0
        return min(self.output.position() if self.state == "playing" else self._frame, self.audio.length)

    def play(self) -> None:
        """From where we are; from the start when that is the end."""
        if self.audio is None or self.state not in ("ready", "failed"):
            return
        if self._frame >= self.audio.length:
            self._frame = 0
        self._start(self.audio)

    def _start(self, audio: Audio) -> None:
        self._turn += 1
        turn, frame = self._turn, self._frame

        def done(error: Exception | None) -> None:
            if turn != self._turn:
                if error is None:
                    self.output.stop()
            elif isinstance(error, NoSound):
                self._set("failed", error.words, error.detail)
            elif error is not None:
                raise error
            else:
                self._set("playing")

        self.background(lambda: self.output.start(audio, frame), done)

    def stop(self) -> None:
        """Keeps the place."""
        if self.state == "playing":
            self._frame = self._now()
            self._halt()
            self._set("ready")

    def toggle(self) -> None:
        if self.state == "playing":
            self.stop()
        else:
            self.play()

    def seek(self, seconds: float) -> None:
        """Goes to a moment; goes on playing from there when it played."""
        if self.audio is None:
            return
        playing = self.state == "playing"
        self._halt()
        self._frame = max(0, min(round(seconds * self.audio.rate), self.audio.length))
        self._set("ready")
        if playing and self._frame < self.audio.length:
            self._start(self.audio)

    def tick(self) -> None:
        """Called some ten times a second while it plays: notices the end."""
        if self.state == "playing" and not self.output.playing():
            self._frame = self.audio.length if self.audio else 0
            self._halt()
            self._set("ready")

    def _halt(self) -> None:
        self._turn += 1
        if self.state == "playing":
            self.output.stop()

    def _set(self, state: str, words: Phrase = NOTHING, detail: str = "") -> None:
        self.state, self.words, self.detail = state, words, detail
        self.changed()
