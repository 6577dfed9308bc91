"""The core's events as the floors above know them: one table from `cti_event` to `ctidrv.events`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ctidrv import events
from ctidrv.events import PortEvent
from ctidrv.native import cid, lib
from ctidrv.units import PortId, Samples

MessageReader = Callable[[int, int], bytes]
"""Gives the bytes of a caller-ID message: (port number, ref) -> bytes; empty when it is gone."""

TONES = {
    lib.CTI_TONE_DIAL: "dial",
    lib.CTI_TONE_DIAL2: "dial2",
    lib.CTI_TONE_STUTTER: "stutter",
    lib.CTI_TONE_RINGBACK: "ringback",
    lib.CTI_TONE_BUSY: "busy",
    lib.CTI_TONE_CONGESTION: "congestion",
    lib.CTI_TONE_SIT: "sit",
    lib.CTI_TONE_HOWLER: "howler",
    lib.CTI_TONE_NU: "nu",
    lib.CTI_TONE_CALL_WAITING: "call_waiting",
    lib.CTI_TONE_CONFIRM: "confirm",
    lib.CTI_TONE_LEARNED: "learned",
}
STANDARDS = {
    lib.CTI_CID_BELL202: "bell202",
    lib.CTI_CID_V23: "v23",
    lib.CTI_CID_DTMF: "dtmf",
    lib.CTI_CID_JCLIP: "jclip",
    lib.CTI_CID_HARDWARE: "hardware",
}
_KINDS_BY_TYPE = {
    lib.CTI_CID_SDMF_WAITING: "message-waiting",
    lib.CTI_CID_MDMF_WAITING: "message-waiting",
}
FAX_TONES = {
    lib.CTI_FAX_CNG: "cng",
    lib.CTI_FAX_CED: "ced",
    lib.CTI_FAX_ANSAM: "ansam",
    lib.CTI_FAX_V21: "v21",
}
ROLES = {
    lib.CTI_ROLE_AWAY: "away",
    lib.CTI_ROLE_TALK: "talk",
    lib.CTI_ROLE_MUTED: "muted",
    lib.CTI_ROLE_LISTEN: "listen-only",
    lib.CTI_ROLE_WHISPER: "whisper",
}
"""On a bridge."""
DIGIT_SOURCES = {lib.CTI_DIGIT_PULSES: "pulse", lib.CTI_DIGIT_HARDWARE: "hardware"}
"""Of others: dtmf."""
GONE_BY = {
    lib.CTI_GONE_UNSAID: "remote-board",
    lib.CTI_GONE_LOOP_BREAK: "remote-loop-break",
    lib.CTI_GONE_REVERSAL: "remote-reversal",
    lib.CTI_GONE_BUSY: "remote-busy-tone",
    lib.CTI_GONE_DIAL: "remote-dial-tone",
    lib.CTI_GONE_SILENCE: "remote-silence",
}
"""By what a board knows that the far end is gone: the causes of calls."""
_TERMINAL_ENDS = {
    lib.CTI_TERMINAL_ENDED: "ended",
    lib.CTI_TERMINAL_TAKEN: "taken",
    lib.CTI_TERMINAL_HUNG_UP: "hung-up",
    lib.CTI_TERMINAL_REFUSED: "refused",
}
_PLAY_ENDS = {lib.CTI_PLAY_ENDED: "end", lib.CTI_PLAY_DIGIT: "digit", lib.CTI_PLAY_STOPPED: "stopped"}


def _caller_id(event: Any, at: Samples, port: PortId, read: MessageReader) -> PortEvent:
    raw = read(event.port, event.ref)
    standard = STANDARDS.get(event.value & 0xFF, "bell202")
    message = cid.parse(raw, standard)
    sure = message.checksum_ok is not False and not event.value & lib.CTI_CID_UNSURE
    kind = message.kind or _KINDS_BY_TYPE.get(message.type, "call")
    if kind == "call" and event.value & lib.CTI_CID_IN_CALL:
        kind = "call-waiting"
    return events.CallerIdSeen(
        at,
        port,
        start=Samples(event.start),
        standard=standard,
        kind=kind,
        number=message.number if sure else None,
        name=message.name if sure else None,
        reason=message.reason if sure else None,
        datetime=message.datetime if sure else None,
        checksum_ok=message.checksum_ok if sure else False,
        raw=raw,
    )


_Maker = Callable[[Any, Samples, PortId, MessageReader], PortEvent]
_TABLE: dict[int, _Maker] = {
    lib.CTI_EV_RING_ON: lambda e, at, p, _: events.RingOn(at, p, e.value),
    lib.CTI_EV_RING_OFF: lambda e, at, p, _: events.RingOff(at, p),
    lib.CTI_EV_SEIZED: lambda e, at, p, _: events.Seized(at, p),
    lib.CTI_EV_RELEASED: lambda e, at, p, _: events.Released(at, p),
    lib.CTI_EV_BATTERY: lambda e, at, p, _: events.BatteryChanged(at, p, bool(e.value)),
    lib.CTI_EV_POLARITY: lambda e, at, p, _: events.PolarityChanged(at, p, bool(e.value)),
    lib.CTI_EV_HOOK: lambda e, at, p, _: events.HookChanged(at, p, bool(e.value)),
    lib.CTI_EV_FLASH: lambda e, at, p, _: events.Flash(at, p, Samples(e.length)),
    lib.CTI_EV_ALARM: lambda e, at, p, _: events.Alarm(at, p, bool(e.value), "line"),
    lib.CTI_EV_DIALLED: lambda e, at, p, _: events.Dialled(at, p, bool(e.value)),
    lib.CTI_EV_REMOTE_GONE: lambda e, at, p, _: events.RemoteGone(
        at, p, GONE_BY.get(e.value, "remote-board"), e.ref / 100
    ),
    lib.CTI_EV_MUTED: lambda e, at, p, _: events.Muted(at, p, bool(e.value)),
    lib.CTI_EV_DIGIT_DOWN: lambda e, at, p, _: events.DigitDown(
        at, p, chr(e.value), Samples(e.start), DIGIT_SOURCES.get(e.ref, "dtmf")
    ),
    lib.CTI_EV_DIGIT_UP: lambda e, at, p, _: events.DigitUp(at, p, chr(e.value), Samples(e.length)),
    lib.CTI_EV_TONE_ON: lambda e, at, p, _: events.ToneOn(
        at, p, TONES[e.value], Samples(e.start), e.level, e.ref
    ),
    lib.CTI_EV_TONE_CLEAR: lambda e, at, p, _: events.ToneClear(
        at, p, TONES[e.value], Samples(e.start), e.level, e.ref
    ),
    lib.CTI_EV_TONE_OFF: lambda e, at, p, _: events.ToneOff(at, p, TONES[e.value], Samples(e.start)),
    lib.CTI_EV_VOICE_ON: lambda e, at, p, _: events.VoiceOn(at, p, Samples(e.start)),
    lib.CTI_EV_VOICE_OFF: lambda e, at, p, _: events.VoiceOff(at, p, Samples(e.start)),
    lib.CTI_EV_SOUND_ON: lambda e, at, p, _: events.SoundOn(at, p, Samples(e.start)),
    lib.CTI_EV_SOUND_OFF: lambda e, at, p, _: events.SoundOff(at, p, Samples(e.start)),
    lib.CTI_EV_BEEP: lambda e, at, p, _: events.BeepHeard(
        at, p, Samples(e.start), Samples(e.length), e.value
    ),
    lib.CTI_EV_CALLER_ID: _caller_id,
    lib.CTI_EV_ALERT: lambda e, at, p, _: events.AlertSeen(at, p, Samples(e.start), Samples(e.length)),
    lib.CTI_EV_FAX_TONE: lambda e, at, p, _: events.FaxTone(
        at, p, FAX_TONES[e.value], Samples(e.start), e.ref > 0
    ),
    lib.CTI_EV_PLAY_DONE: lambda e, at, p, _: events.PlayDone(
        at, p, e.ref, _PLAY_ENDS[e.value], Samples(e.length)
    ),
    lib.CTI_EV_RECORD_DONE: lambda e, at, p, _: events.RecordDone(at, p, e.ref, Samples(e.length)),
    lib.CTI_EV_RECORD_LOST: lambda e, at, p, _: events.RecordLost(at, p, e.ref, Samples(e.length)),
    lib.CTI_EV_BRIDGED: lambda e, at, p, _: events.Bridged(at, p, e.ref, ROLES[e.value]),
    lib.CTI_EV_DETACHED: lambda e, at, p, _: events.Detached(at, p, e.ref, _TERMINAL_ENDS[e.value]),
    lib.CTI_EV_SLIP: lambda e, at, p, _: events.Slip(at, p, e.length),
}


def port_event(event: Any, port: PortId, read: MessageReader) -> PortEvent | None:
    """The event of a `cti_event`; None for a kind that is not of a port (lost events).

    `read` is asked for the message's bytes when the event is a caller ID.
    """
    make = _TABLE.get(event.kind)
    return None if make is None else make(event, Samples(event.at), port, read)
