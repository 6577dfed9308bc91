"""What a technician would say of the call: one rule each, the grave ones first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from ctidrv.apps.fax.analysis.carriers import Carrier
from ctidrv.apps.fax.analysis.checks import LENGTH_S, TOLERANCE, Check
from ctidrv.apps.fax.analysis.facsimile import MODEMS, Frame, Session, session_of
from ctidrv.apps.fax.analysis.heard import Heard
from ctidrv.apps.fax.analysis.low_speed import Turn
from ctidrv.units import RATE

Weight = Literal["error", "warning", "note"]
_ORDER: tuple[Weight, ...] = ("error", "warning", "note")

NEEDS_DB: dict[tuple[str, int], float] = {
    ("v17", 14400): 24.0,
    ("v17", 12000): 21.5,
    ("v17", 9600): 19.0,
    ("v17", 7200): 16.5,
    ("v29", 9600): 21.5,
    ("v29", 7200): 18.5,
    ("v27ter", 4800): 18.5,
    ("v27ter", 2400): 14.0,
}
"""Signal to noise at the points below which pages begin to have errors, as our own receiver was measured."""
_FAINT, _LOUD = -40.0, -6.0
_PATIENCE = 3 * RATE
_LASTING = 10
"""Qualities of a carrier, 50 ms each."""
_CARRIER_HZ, _CLOCK_PPM = 7.0, 100.0


_CONFIRMED = ("MCF", "RTP", "PIP")
_FIRST = ("DIS", "CSI", "NSF", "DTC", "CIG", "NSC", "PWD", "SEP", "PSA")
"""Frames with which a call begins."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` and `data`: which sentence of `words`, and what stands in it. `at`: samples."""

    weight: Weight
    code: str
    at: int
    data: dict[str, Any]


def findings_of(heard: Heard) -> list[Finding]:
    """All of them, errors first."""
    found = [finding for rule in _RULES for finding in rule(heard)]
    return sorted(found, key=lambda one: (_ORDER.index(one.weight), one.at))


def _ended(heard: Heard) -> Iterator[Finding]:
    ending = heard.ending
    if ending is None:
        return
    weight: Weight = "note" if ending.reason in ("done", "cut-off") else "error"
    data = {"by": ending.by, "last": ending.last, "repeats": ending.repeats}
    code = f"ended-{ending.reason}"
    refused = [page.number for page in heard.pages if page.answer not in _CONFIRMED]
    if ending.reason == "done" and refused:
        weight, code, data = "warning", "ended-not-all", {**data, "pages": ", ".join(map(str, refused))}
    yield Finding(weight, code, ending.at, data)


def _begun(heard: Heard) -> Iterator[Finding]:
    first = next((m.frame.name for m in heard.call.messages if m.frame is not None), None)
    if first is not None and first not in _FIRST and not heard.tones:
        yield Finding("note", "begins-late", 0, {"name": first})


def _cut_file(heard: Heard) -> Iterator[Finding]:
    if heard.is_cut:
        yield Finding("note", "file-cut-off", heard.call.length, {"seconds": heard.call.length / RATE})


def _wrong_x(heard: Heard) -> Iterator[Finding]:
    wrong = [m for m in heard.call.messages if m.is_x_wrong]
    if wrong and wrong[0].frame is not None:
        data = {"side": wrong[0].frame.side, "count": len(wrong), "name": wrong[0].frame.name}
        yield Finding("note", "x-wrong", wrong[0].at, data)


def _trainings(heard: Heard) -> Iterator[Finding]:
    """Of each rate: how often its training was lost, how loud the noise was, how clean the check is here."""
    rates = dict.fromkeys((check.modem, check.bit_rate) for check in heard.checks)
    for modem, bit_rate in rates:
        its = [check for check in heard.checks if (check.modem, check.bit_rate) == (modem, bit_rate)]
        lost = [check for check in its if check.answer != "CFR" and not _is_last(heard, check)]
        if lost:
            clean = all(check.errors == 0 for check in lost)
            data = {"modem": modem, "bit_rate": bit_rate, "count": len(lost), "snr": _snr(lost[0].carrier)}
            code = "training-lost-clean" if clean else "training-lost"
            if all(check.answer is None for check in lost):
                code = "training-unanswered"
            yield Finding("warning", code, lost[0].carrier.begin, data)


def _is_last(heard: Heard, check: Check) -> bool:
    """Whether the recording ends before an answer could be expected."""
    return check.answer is None and heard.call.length - check.carrier.end < _PATIENCE


def _fall_backs(heard: Heard) -> Iterator[Finding]:
    for (_, before), (at, session) in pairwise(heard.call.sessions):
        if (before.modem, before.bit_rate) != (session.modem, session.bit_rate):
            code = "fall-back" if session.bit_rate < before.bit_rate else "rate-raised"
            data = {
                "was": before.bit_rate,
                "was_modem": before.modem,
                "bit_rate": session.bit_rate,
                "modem": session.modem,
            }
            yield Finding("warning" if code == "fall-back" else "note", code, at, data)


def _check_lengths(heard: Heard) -> Iterator[Finding]:
    for check in heard.checks:
        if not check.carrier.is_end_sure or check.errors > check.bits // 50:
            continue
        if abs(check.seconds - LENGTH_S) > LENGTH_S * TOLERANCE + 0.05:
            yield Finding("warning", "check-length", check.carrier.begin, {"seconds": check.seconds})


def _carriers(heard: Heard) -> Iterator[Finding]:
    for carrier in heard.call.carriers:
        if carrier.reading is None:
            data = {"role": carrier.role, "seconds": carrier.seconds}
            yield Finding("warning", "carrier-unread", carrier.begin, data)
        elif carrier.cuts:
            data = {"count": carrier.cuts, "role": carrier.role}
            yield Finding("warning", "carrier-cut", carrier.begin, data)


def _qualities(heard: Heard) -> Iterator[Finding]:
    """The worst carrier of each end, where it is bad."""
    for side in ("caller", "called", None):
        its = [one for one in heard.call.carriers if one.side == side and one.reading and one.reading.quality]
        yield from _levels(heard, side, its)
        if its:
            yield from _noise(its)
            yield from _frequencies(its)


def _noise(carriers: list[Carrier]) -> Iterator[Finding]:
    """Of those that lasted: a receiver needs half a second to know."""

    def room(carrier: Carrier) -> float:
        assert carrier.reading is not None
        way = carrier.reading.way
        return _snr(carrier) - NEEDS_DB[way.modem, way.bit_rate]

    lasting = [one for one in carriers if one.reading and len(one.reading.qualities) >= _LASTING]
    worst = min(lasting, key=room, default=None)
    if worst is not None and worst.reading is not None and room(worst) < 0:
        way = worst.reading.way
        data = {
            "side": worst.side,
            "snr": _snr(worst),
            "needs": NEEDS_DB[way.modem, way.bit_rate],
            "bit_rate": way.bit_rate,
            "modem": way.modem,
        }
        yield Finding("warning", "noise", worst.begin, data)


def _levels(heard: Heard, side: str | None, carriers: list[Carrier]) -> Iterator[Finding]:
    """The first of an end's signals that is too loud or too faint."""
    levels = [(c.begin, c.reading.quality.level) for c in carriers if c.reading and c.reading.quality]
    turns = heard.call.turns
    levels += [(turn.begin, turn.level) for n, turn in enumerate(turns) if heard.call.side_of(n) == side]
    for at, level in sorted(levels):
        if level < _FAINT or level > _LOUD:
            code = "faint" if level < _FAINT else "loud"
            yield Finding("warning", code, at, {"side": side, "level": level})
            return


def _frequencies(carriers: list[Carrier]) -> Iterator[Finding]:
    longest = max(carriers, key=lambda carrier: carrier.end - carrier.begin)
    quality = longest.reading.quality if longest.reading else None
    if quality is None:
        return
    if abs(quality.carrier_hz) > _CARRIER_HZ:
        data = {"side": longest.side, "hz": quality.carrier_hz}
        yield Finding("warning", "carrier-off", longest.begin, data)
    if abs(quality.clock_ppm) > _CLOCK_PPM:
        data = {"side": longest.side, "ppm": quality.clock_ppm}
        yield Finding("warning", "clock-off", longest.begin, data)


def _pauses(heard: Heard) -> Iterator[Finding]:
    """The first of each end and kind, and how many there are."""
    seen: dict[tuple[Any, ...], list[Any]] = {}
    for pause in heard.pauses:
        if pause.verdict != "ok":
            seen.setdefault((pause.limit, pause.verdict, pause.behind.side), []).append(pause)
    for (limit, verdict, side), pauses in seen.items():
        first = pauses[0]
        data = {
            "side": side,
            "ms": first.samples / 8,
            "count": len(pauses),
            "before": first.before.name,
            "behind": first.behind.name,
        }
        code = f"pause-{limit.removesuffix('-back')}-{verdict}"
        yield Finding("warning", code, first.behind.begin, data)


def _repeats(heard: Heard) -> Iterator[Finding]:
    """Commands that were said again because nobody answered."""
    spoken = [m for m in heard.call.messages if m.frame is not None and m.frame.heard.is_final]
    start = 0
    for place in range(1, len(spoken) + 1):
        if place < len(spoken) and _key(spoken[place].frame) == _key(spoken[start].frame):
            continue
        frame = spoken[start].frame
        if frame is not None and place - start > 1:
            data = {"name": frame.name, "side": frame.side, "count": place - start}
            yield Finding("warning", "repeated", spoken[start].at, data)
        start = place


def _key(frame: Frame | None) -> tuple[str, str] | None:
    return None if frame is None else (frame.name, frame.side)


def _damaged_frames(heard: Heard) -> Iterator[Finding]:
    for channel in (1, 2):
        bad = [m for m in heard.call.messages if not m.is_good and m.channel == channel]
        if bad:
            yield Finding("warning", "frames-damaged", bad[0].at, {"count": len(bad), "channel": channel})
    unknown = [m for m in heard.call.messages if m.is_good and (m.frame is None or m.frame.name == "unknown")]
    if unknown:
        raw = unknown[0].octets[:16].hex(" ")
        yield Finding("note", "frames-unknown", unknown[0].at, {"count": len(unknown), "raw": raw})


def _pages(heard: Heard) -> Iterator[Finding]:
    for page in heard.pages:
        report = page.decoded.report if page.decoded else None
        data: dict[str, Any] = {"page": page.number, "answer": page.answer}
        if page.answer in ("RTN", "PIN"):
            yield Finding("error", "page-refused", page.end, data)
        if page.answer is None and page.command is not None:
            yield Finding("warning", "page-unanswered", page.end, data)
        if report is None:
            code = "page-coding" if page.coding not in (None, "mh", "mr", "mmr") else "page-unread"
            yield Finding("warning", code, page.begin, {**data, "coding": page.coding})
        elif page.missing:
            yield Finding("warning", "frames-missing", page.begin, {**data, "count": page.missing})
        elif report.damaged:
            more = {"rows": report.rows, "damaged": report.damaged, "first": (report.first_damaged or 0) + 1}
            yield Finding("warning", "page-damaged", page.begin, {**data, **more})
        elif not report.clean:
            yield Finding("warning", "page-end", page.begin, {**data, "end": report.end, "rows": report.rows})


def _blocks(heard: Heard) -> Iterator[Finding]:
    for page in heard.pages:
        asked = sum(len(block.requests) for block in page.blocks)
        if asked:
            again = sum(len(numbers) for block in page.blocks for numbers in block.asked)
            data = {"page": page.number, "count": asked, "frames": again, "damaged": _damaged(page.blocks)}
            code = "repeats-clean" if not _damaged(page.blocks) and not page.missing else "repeats"
            yield Finding("warning", code, page.begin, data)


def _damaged(blocks: list[Any]) -> int:
    return sum(block.damaged for block in blocks)


def _orders(heard: Heard) -> Iterator[Finding]:
    """Of each DCS what the other end has not offered."""
    offered: Frame | None = None
    for message in heard.call.messages:
        frame = message.frame
        if frame is None:
            continue
        if frame.name in ("DIS", "DTC"):
            offered = frame
        elif frame.name == "DCS" and offered is not None and (session := session_of(frame)) is not None:
            for what in _not_offered(offered, session):
                yield Finding("error", "not-offered", message.at, {"what": what, "side": frame.side})


def _not_offered(offered: Frame, session: Session) -> Iterator[str]:
    able = offered.heard.ability
    if able is None:
        return
    if able.modems and session.modem not in able.modems:
        yield f"{MODEMS[session.modem]} {session.bit_rate}"
    if session.ecm and not able.ecm:
        yield "ECM"
    if not {"mr": able.mr, "mmr": able.mmr}.get(session.coding, True):
        yield session.coding.upper()
    if able.widths and session.dots[0] == 204.0 and session.width > max(able.widths):
        yield f"{session.width}"
    if session.dots == (204.0, 196.0) and "fine" not in able.resolutions:
        yield "fine"


def _collisions(heard: Heard) -> Iterator[Finding]:
    carried = [one for one in heard.signals if one.kind != "tone"]
    for before, behind in pairwise(carried):
        if behind.begin < before.end - 800 and before.side != behind.side:
            data = {"before": before.name, "behind": behind.name}
            yield Finding("warning", "both-at-once", behind.begin, data)


def _echoes(heard: Heard) -> Iterator[Finding]:
    """How faintly what one end sends comes back on the other's channel, at its loudest."""
    losses = [
        (min(turn.level - echo.level for turn in heard.call.turns if _covers(turn, echo)), echo.begin)
        for echo in heard.call.echoes
        if any(_covers(turn, echo) for turn in heard.call.turns)
    ]
    if losses:
        loss, at = min(losses)
        yield Finding("note", "echo", at, {"loss": loss, "count": len(losses)})


def _covers(turn: Turn, echo: Turn) -> bool:
    return turn.channel != echo.channel and turn.begin < echo.end and echo.begin < turn.end


def _retrained(heard: Heard) -> Iterator[Finding]:
    """Trainings behind the first page: RTP, RTN and EOM ask for them."""
    if heard.pages:
        later = [check for check in heard.checks if check.carrier.begin > heard.pages[0].begin]
        if later:
            yield Finding("note", "retrained", later[0].carrier.begin, {"count": len(later)})


def _modulated(heard: Heard) -> Iterator[Finding]:
    """An answer that offers V.8, and no frame behind it: a modem of V.34 that we do not read."""
    tone = next((tone for tone in heard.tones if tone.name == "ansam"), None)
    if tone is not None and not heard.call.messages:
        yield Finding("warning", "v34", tone.begin, {})


_RULES: tuple[Callable[[Heard], Iterator[Finding]], ...] = (
    _ended,
    _begun,
    _cut_file,
    _wrong_x,
    _trainings,
    _fall_backs,
    _check_lengths,
    _carriers,
    _qualities,
    _pauses,
    _repeats,
    _damaged_frames,
    _pages,
    _blocks,
    _orders,
    _collisions,
    _echoes,
    _retrained,
    _modulated,
)


def _snr(carrier: Carrier) -> float:
    quality = carrier.reading.quality if carrier.reading else None
    return quality.snr if quality else 0.0


def summary_rate(checks: list[Check]) -> int | None:
    """The rate at which the last training was understood."""
    return next((check.bit_rate for check in reversed(checks) if check.answer == "CFR"), None)
