"""Whether what was stored is what happened: the checks that decide the demo's exit code."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.native import compare
from ctidrv.native.pcm import Pcm
from ctidrv.units import to_seconds
from hwsim.commands.story import ANN_NUMBER, Outcome, prompt

if TYPE_CHECKING:
    from ctidrv.store import Store

GOOD_SNR_DB = 15.0
WRONG_KEY, RIGHT_KEY = "5", "9"
LONGEST_REST = 1.5
"""Seconds that a message may hold besides what was spoken (no busy tone, no long silence)."""


@dataclass(frozen=True, slots=True)
class Check:
    what: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    checks: list[Check]
    call: dict[str, Any] | None = None
    recording: dict[str, Any] | None = None
    message: dict[str, Any] | None = None

    @property
    def ok(self) -> bool:
        return bool(self.checks) and all(check.ok for check in self.checks)


def prove(store: Store, outcome: Outcome) -> Proof:
    """Reads rows and files back and compares them with the story."""
    checks = [Check("the caller heard what she was to hear", outcome.missed is None, outcome.missed or "")]
    call = None if outcome.call is None else store.call(outcome.call)
    if call is None:
        return Proof([*checks, Check("the call is in the database", False)])
    recordings = store.recordings(call=call["id"])
    messages = [row for row in store.messages() if row["call"] == call["id"]]
    checks += [
        Check("the call's row says who rang", call["number"] == ANN_NUMBER, str(call["number"])),
        Check("the customer was found", call["customer"] is not None, str(call.get("customer_name"))),
        Check(
            "the call ended by the caller's hang-up", call["cause"] == "remote-busy-tone", str(call["cause"])
        ),
        Check("wrong and right key are in the history", _keys(call) >= {WRONG_KEY, RIGHT_KEY}),
        Check("one recording and one message", (len(recordings), len(messages)) == (1, 1)),
    ]
    if (len(recordings), len(messages)) != (1, 1):
        return Proof(checks, call)
    recording, message = recordings[0], messages[0]
    spoken = _without_pauses(outcome.spoken)
    checks += _recording(recording, spoken) + _message(message, spoken)
    return Proof(checks, call, recording, message)


def _keys(call: dict[str, Any]) -> set[str]:
    return {event["digit"] for event in call["events"] if event["type"] == "call.digit"}


def _recording(row: dict[str, Any], spoken: Pcm) -> list[Check]:
    from ctidrv.media.wav import read_wav

    path = Path(row["path"])
    same = hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
    sent, came = read_wav(path).channels
    return [
        Check("the recording's hash is that of the file", same),
        _like("the recording's left channel holds the welcome", prompt("welcome"), sent),
        _like("its right channel holds what she said", spoken, came),
    ]


def _message(row: dict[str, Any], spoken: Pcm) -> list[Check]:
    from ctidrv.media.wav import read_wav

    kept = read_wav(row["path"]).channels[0]
    rest = to_seconds(len(kept) - len(spoken))
    return [
        _like("the message is what she said", spoken, kept),
        Check("no busy tone or silence at its end", rest <= LONGEST_REST, f"{rest:+.2f} s"),
    ]


def _without_pauses(audio: Pcm) -> Pcm:
    """From the first to the last sample that is no silence: a message ends with the voice."""
    loud = audio.peak() // 50
    inside = [index for index in range(len(audio)) if abs(audio[index]) > loud]
    return audio[inside[0] : inside[-1] + 1]


def _like(what: str, expected: Pcm, audio: Pcm) -> Check:
    match = compare.find(expected, audio) if len(audio) >= len(expected) else None
    if match is None:
        return Check(what, False, "it is not there")
    detail = f"at {to_seconds(match.offset):.2f} s, {match.gain_db:+.1f} dB, SNR {match.snr_db:.0f} dB"
    return Check(what, match.snr_db >= GOOD_SNR_DB, detail)
