"""An analysis as lines for programs, one for each thing that happened; times are seconds of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ctidrv.apps.fax.analysis.carriers import Carrier
from ctidrv.apps.fax.analysis.checks import Check
from ctidrv.apps.fax.analysis.findings import Finding, findings_of, summary_rate
from ctidrv.apps.fax.analysis.heard import Heard
from ctidrv.apps.fax.analysis.pages import Page
from ctidrv.apps.fax.analysis.procedure import Message
from ctidrv.apps.fax.analysis.saying import Saying
from ctidrv.apps.fax.analysis.signals import Pause
from ctidrv.apps.fax.analysis.tones import Tone
from ctidrv.native.t4 import DAMAGES
from ctidrv.units import RATE, to_seconds

Line = dict[str, Any]

SECRET = ("PWD", "SID")
"""Frames that hold a password: what it is stays hidden."""
_SECRET_OCTETS = (b"\xc1", b"\xa2", b"\xa3")
"""The control fields of the same, for a frame that came damaged."""


def lines_of(heard: Heard, saying: Saying) -> Iterator[Line]:
    """All in the order of time, then the findings; the summary is `summary_of`."""
    made: list[Line] = [_tone(tone) for tone in heard.tones]
    levels = [turn.level for turn in heard.call.turns]
    made += [{**_frame(m, saying), "level": round(levels[m.turn], 1)} for m in heard.call.messages]
    made += [_carrier(carrier) for carrier in heard.call.carriers]
    made += [_check(check) for check in heard.checks]
    made += [_pause(pause) for pause in heard.pauses]
    made += [_page(page) for page in heard.pages]
    made += [line for page in heard.pages for line in _blocks(page)]
    yield from sorted(made, key=lambda line: float(line["t"]))
    for finding in findings_of(heard):
        yield _finding(finding, saying)


def summary_of(heard: Heard) -> Line:
    """The last line: what came of the call."""
    ending, session = heard.ending, heard.call.sessions[-1][1] if heard.call.sessions else None
    reports = [page.decoded.report for page in heard.pages if page.decoded is not None]
    return {
        "type": "fax_analysis",
        "fax": heard.is_fax,
        "channels": heard.call.channels,
        "seconds": to_seconds(heard.call.length),
        "caller_ident": _identity(heard, "caller"),
        "called_ident": _identity(heard, "called"),
        "modem": session.modem if session else None,
        "bit_rate": session.bit_rate if session else None,
        "trained_at": summary_rate(heard.checks),
        "ecm": session.ecm if session else None,
        "trainings": len(heard.checks),
        "pages": len(heard.pages),
        "bad_rows": sum(report.damaged for report in reports) if reports else None,
        "noise_dbm0": [round(envelope.floor, 1) for envelope in heard.call.envelopes],
        "ended_by": ending.by if ending else None,
        "reason": ending.reason if ending else None,
        "t_end": to_seconds(ending.at) if ending else None,
    }


def _identity(heard: Heard, side: str) -> str | None:
    """What this end last called itself."""
    texts = [
        m.frame.heard.text
        for m in heard.call.messages
        if m.frame is not None and m.frame.side == side and m.frame.name in ("CSI", "TSI", "CIG")
    ]
    return next((text for text in reversed(texts) if text), None)


def _tone(tone: Tone) -> Line:
    return {
        "type": "tone",
        "t": to_seconds(tone.begin),
        "t_end": to_seconds(tone.end),
        "channel": tone.channel,
        "side": tone.side,
        "tone": tone.name,
        "reversals": tone.reversals,
    }


def _frame(message: Message, saying: Saying) -> Line:
    frame = message.frame
    line: Line = {"type": "frame", "t": to_seconds(message.at), "channel": message.channel}
    if frame is None:
        name = "damaged" if not message.is_good else "unknown"
        shown = message.octets[:3] if message.octets[2:3] in _SECRET_OCTETS else message.octets
        return {**line, "side": None, "name": name, "good": message.is_good, "raw": shown.hex()}
    is_secret = frame.name in SECRET
    return {
        **line,
        "side": frame.side,
        "name": frame.name,
        "good": True,
        "final": frame.heard.is_final,
        "words": saying.frame(frame),
        "text": None if is_secret else frame.heard.text,
        "page": frame.heard.page,
        "block": frame.heard.block,
        "frames": frame.heard.frames,
        "again": frame.heard.again if frame.name == "PPR" else None,
        "fields": [
            {"bit": f.first_bit, "words": saying.field(f), "value": f.value, "says": saying.value(f)}
            for f in frame.heard.fields
        ],
        "raw": message.octets[:3].hex() if is_secret else message.octets.hex(),
    }


def _carrier(carrier: Carrier) -> Line:
    reading = carrier.reading
    quality = reading.quality if reading else None
    return {
        "type": "carrier",
        "t": to_seconds(carrier.begin),
        "t_end": to_seconds(carrier.end),
        "channel": carrier.channel,
        "side": carrier.side,
        "role": carrier.role,
        "modem": reading.way.modem if reading else None,
        "bit_rate": reading.way.bit_rate if reading else None,
        "short_training": reading.way.short_training if reading else None,
        "level": round(quality.level, 2) if quality else None,
        "snr": round(quality.snr, 2) if quality else None,
        "evm": round(quality.evm, 5) if quality else None,
        "carrier_hz": round(quality.carrier_hz, 2) if quality else None,
        "clock_ppm": round(quality.clock_ppm, 1) if quality else None,
        "cuts": carrier.cuts if reading else None,
    }


def _check(check: Check) -> Line:
    return {
        "type": "check",
        "t": to_seconds(check.carrier.begin),
        "side": check.carrier.side,
        "modem": check.modem,
        "bit_rate": check.bit_rate,
        "bits": check.bits,
        "errors": check.errors,
        "span": check.span,
        "answer": check.answer,
    }


def _pause(pause: Pause) -> Line:
    return {
        "type": "pause",
        "t": to_seconds(pause.before.end),
        "ms": 1000 * pause.samples / RATE,
        "before": pause.before.name,
        "behind": pause.behind.name,
        "side": pause.behind.side,
        "limit": pause.limit,
        "verdict": pause.verdict,
    }


def _page(page: Page) -> Line:
    report = page.decoded.report if page.decoded else None
    return {
        "type": "page",
        "t": to_seconds(page.begin),
        "t_end": to_seconds(page.end),
        "page": page.number,
        "coding": page.coding,
        "width": page.width,
        "dpi": list(page.dots),
        "ecm": bool(page.blocks),
        "rows": report.rows if report else None,
        "bad_rows": report.damaged if report else None,
        "damage": {name: n for name, n in report.kinds.items() if name != DAMAGES[0]} if report else None,
        "clean": report.clean if report else None,
        "end": report.end if report else None,
        "missing_frames": page.missing if page.blocks else None,
        "command": page.command,
        "answer": page.answer,
    }


def _blocks(page: Page) -> Iterator[Line]:
    for block in page.blocks:
        yield {
            "type": "block",
            "t": to_seconds(block.carriers[0].begin),
            "page": page.number,
            "block": block.number,
            "frames": block.whole,
            "have": len(block.frames),
            "damaged": block.damaged,
            "repeated": block.repeated,
            "asked_again": block.asked,
        }


def _finding(finding: Finding, saying: Saying) -> Line:
    return {
        "type": "finding",
        "t": to_seconds(finding.at),
        "weight": finding.weight,
        "code": finding.code,
        "text": saying.finding(finding),
        **{"data": finding.data},
    }
