"""Who ended the call, and what came before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ctidrv.apps.fax.analysis.procedure import Call, Message
from ctidrv.apps.fax.analysis.signals import Signal
from ctidrv.apps.fax.analysis.tones import Tone
from ctidrv.units import RATE

Reason = Literal[
    "done",
    "training",
    "refused",
    "correction",
    "no-answer",
    "not-wanted",
    "no-order",
    "unconfirmed",
    "silent",
    "cut-off",
    "cleared",
    "no-frames",
]
"""done: behind the answer to the last page; training: no rate was understood; refused: a page was (RTN);
correction: a block could not be brought over; no-answer: commands that nobody answered; not-wanted: hung up
behind what the other end can do; no-order: hung up behind what the other end ordered; unconfirmed: by DCN
while a page waited for its answer; silent: without DCN; cut-off: the recording ends; cleared: the exchange's
tone; no-frames: tones alone."""

_PATIENCE = 3 * RATE
"""Less than this of silence at the end tells nothing: the recording was ended."""
_COMMANDS = ("EOP", "EOM", "MPS", "PPS-NULL")
_TRAINED = frozenset(("CFR", "MCF", "PPR", "RTN", "RTP", "EOP", "MPS", "EOM"))
"""Frames that nobody says before a training was understood."""
_OTHER = {"caller": "called", "called": "caller"}


@dataclass(frozen=True, slots=True)
class Ending:
    """`by`: who ended it; None: nobody knows. `last`: the last frame's name before that, `repeats`: how
    often it was said on end."""

    at: int
    by: str | None
    reason: Reason
    last: str | None
    repeats: int


def ending_of(call: Call, signals: Sequence[Signal], tones: Sequence[Tone]) -> Ending | None:
    """None where there is no fax call."""
    if not signals:
        return None
    spoken = [message for message in call.messages if message.frame is not None]
    last = signals[-1]
    is_cut = call.length - last.end < _PATIENCE
    if not spoken:
        return Ending(last.end, None, "cut-off" if is_cut else "no-frames", None, 0)
    dcn = next((one for one in reversed(spoken) if one.frame and one.frame.name == "DCN"), None)
    before = [one for one in spoken if _name(one) != "DCN" and (dcn is None or one.at < dcn.at)]
    name, repeats = _repeated(before)
    if dcn is not None and dcn.frame is not None:
        return Ending(dcn.at, dcn.frame.side, _reason(before, name, repeats, dcn.frame.side), name, repeats)
    cleared = next((tone for tone in tones if tone.side is None and tone.begin > last.begin), None)
    if cleared is not None:
        return Ending(cleared.begin, None, "cleared", name, repeats)
    reason: Reason = "cut-off" if is_cut else "silent"
    return Ending(last.end, _silent(last) if reason == "silent" else None, reason, name, repeats)


def _name(message: Message) -> str:
    return message.frame.name if message.frame else "?"


def _repeated(spoken: Sequence[Message]) -> tuple[str | None, int]:
    """The last frame, and how often it was said with nothing of the other end in between."""
    if not spoken:
        return None, 0
    last, count = spoken[-1], 0
    for message in reversed(spoken):
        if message.frame is None or last.frame is None or message.frame.side != last.frame.side:
            break
        count += message.frame.name == last.frame.name
    return _name(last), count


def _silent(last: Signal) -> str | None:
    """Whose turn it was, and who said nothing."""
    return _OTHER.get(last.side or "")


def _reason(before: Sequence[Message], name: str | None, repeats: int, by: str) -> Reason:
    if name is None:
        return "no-order"
    said_by = before[-1].frame.side if before[-1].frame else None
    names = [_name(one) for one in before]
    was_trained = any(one in _TRAINED or one.startswith("PPS") for one in names)
    if name == "FTT" or ("DCS" in names and not was_trained and (name, said_by) != ("DCS", _OTHER[by])):
        return "training"
    if name in ("RTN", "PIN"):
        return "refused"
    if name in ("ERR", "PPR", "CTR"):
        return "correction"
    if name in ("DIS", "DTC"):
        return "no-answer" if repeats > 1 else "not-wanted"
    if name == "DCS":
        return "no-order"
    asked = next((one for one in reversed(names) if one.endswith(_COMMANDS)), "")
    if name in ("MCF", "RTP", "PIP") and asked.endswith("EOP"):
        return "done"
    if said_by == by:
        return "no-answer"
    return "unconfirmed"
