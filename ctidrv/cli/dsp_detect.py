"""``ctidrv dsp detect`` and ``dsp callerid``: the ear's events as lines.

A line is one event. A digit's line waits for its end, but stands where its beginning was reported.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import Any

from ctidrv import events
from ctidrv.callcontrol.answer import Answer, AnswerJudge
from ctidrv.cli.output import print_json
from ctidrv.errors import UsageError
from ctidrv.events import PortEvent
from ctidrv.media.wav import read_wav
from ctidrv.native.cid import parse
from ctidrv.native.ear import ALL, CALLER_ID, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.ports.regions import load_region, progress_config
from ctidrv.units import RATE, to_seconds

Line = dict[str, Any]


def _time(samples: int) -> float:
    return round(to_seconds(samples), 6)


def _head(kind: str, start: int, at: int) -> Line:
    return {"type": kind, "t": _time(start), "t_report": _time(at)}


def _dtmf(down: events.DigitDown, length: int) -> Line:
    return {
        "type": "dtmf",
        "digit": down.digit,
        "t": _time(down.start),
        "t_report": _time(down.at),
        "duration_ms": round(length * 1000 / RATE),
    }


def _caller_id(e: events.CallerIdSeen, country: str | None) -> Line:
    name = e.name
    if name is not None and country is not None:  # its code page is the country's
        name = parse(e.raw, e.standard, country=country).name or name
    return {
        **_head("callerid", e.start, e.at),
        "standard": e.standard,
        "kind": e.kind,
        "number": e.number,
        "name": name,
        "reason": e.reason,
        "datetime": e.datetime,
        "checksum_ok": e.checksum_ok,
        "raw": e.raw.hex(),
    }


def _answer(answer: Answer) -> Line:
    beep = None if answer.beep is None else _time(answer.beep)
    line = _head("answer", answer.start, answer.at)
    return {**line, "who": answer.who, "confidence": answer.confidence, "beep": beep}


class Lines:
    """Turns events into lines, in the order they come; digits, tones and voice that still sound are kept.

    `answer`: the audio is the answer to a call of ours, with the ringback before it; it says who answered.
    """

    def __init__(self, country: str | None = None, *, answer: bool = False) -> None:
        self._country = country
        self._judge = AnswerJudge(None) if answer else None
        self._digit: events.DigitDown | None = None
        self._on: dict[tuple[str, str | None], Line] = {}

    def take(self, event: PortEvent) -> Iterable[Line]:
        """The lines that this event completes."""
        if self._judge is not None:
            yield from map(_answer, self._judge.on_event(event))
        match event:
            case events.DigitDown():
                self._digit = event
            case events.DigitUp() if self._digit is not None:
                yield _dtmf(self._digit, event.length)
                self._digit = None
            case events.ToneOn():
                yield self._switch("progress", event.start, event.at, "on", event.tone)
            case events.ToneOff():
                yield self._switch("progress", event.start, event.at, "off", event.tone)
            case events.VoiceOn():
                yield self._switch("voice", event.start, event.at, "on")
            case events.VoiceOff():
                yield self._switch("voice", event.start, event.at, "off")
            case events.CallerIdSeen():
                yield _caller_id(event, self._country)
            case events.FaxTone():
                yield {**_head("fax", event.start, event.at), "tone": event.tone}
            case _:
                pass

    def _switch(self, kind: str, start: int, at: int, state: str, tone: str | None = None) -> Line:
        line = _head(kind, start, at)
        if tone is not None:
            line["tone"] = tone
        line["state"] = state
        if state == "on":
            self._on[kind, tone] = line
        else:
            self._on.pop((kind, tone), None)
        return line

    def end(self, at: int) -> Iterable[Line]:
        """The audio ends after `at` samples: so does what still sounds."""
        if self._judge is not None:
            yield from map(_answer, self._judge.end(at))
        if self._digit is not None:
            yield _dtmf(self._digit, at - self._digit.start)
            self._digit = None
        for kind, tone in list(self._on):
            yield self._switch(kind, at, at, "off", tone)


def lines_of(
    audio: Pcm, *, country: str | None = None, detectors: int = ALL, block: int = 0, answer: bool = False
) -> list[Line]:
    """Every line of a piece of audio, sorted by `t_report`. `block`: samples fed at a time, 0 = all."""
    ear = Ear(detectors=detectors)
    if country is not None:
        ear.progress(progress_config(load_region(country)))
    lines = Lines(country, answer=answer)
    made: list[Line] = []
    step = block or max(len(audio), 1)
    for begin in range(0, len(audio), step):
        for event in ear.hear(audio[begin : begin + step]):
            made += lines.take(event)
    made += lines.end(len(audio))
    return sorted(made, key=lambda line: float(line["t_report"]))


def text_of(line: Line) -> str:
    """A line for people."""
    head = f"{line['t']:10.3f} s  "
    match line["type"]:
        case "dtmf":
            return f"{head}digit {line['digit']}, {line['duration_ms']} ms"
        case "progress":
            return f"{head}{line['tone']} tone {line['state']}"
        case "fax":
            return f"{head}fax tone {line['tone']}"
        case "voice":
            return f"{head}voice {line['state']}"
        case "answer":
            beep = "" if line["beep"] is None else f", beep until {line['beep']:.3f} s"
            return f"{head}answered by: {line['who']} ({line['confidence']:.0%} sure){beep}"
        case _ if line["checksum_ok"] is False:
            return f"{head}caller ID ({line['standard']}) damaged: {line['raw']}"
        case _:
            who = line["number"] or f"no number ({line['reason'] or 'no reason given'})"
            name = f", {line['name']}" if line["name"] else ""
            return f"{head}caller ID ({line['standard']}, {line['kind']}): {who}{name}"


def _printer(args: argparse.Namespace) -> Callable[[Line], None]:
    if args.text and not args.json:
        return lambda line: print(text_of(line), flush=True)
    return print_json


def detect_file(args: argparse.Namespace) -> int:
    """``dsp detect FILE`` and ``dsp callerid FILE``."""
    if args.file is None:
        raise UsageError(f"dsp {args.dsp}: which WAV file?")
    only_caller_id = args.dsp == "callerid"
    channels = read_wav(args.file).channels
    if len(channels) == 2 and args.channel is None:
        raise UsageError(f"{args.file}: has two channels; choose one with --channel 1 or --channel 2")
    if (args.channel or 1) > len(channels):
        raise UsageError(f"{args.file}: has no channel {args.channel}, only one")
    audio = channels[(args.channel or 1) - 1]
    country = None if only_caller_id else args.country
    show = _printer(args)
    detectors = CALLER_ID if only_caller_id else ALL
    answer = not only_caller_id and args.answer
    for line in lines_of(audio, country=country, detectors=detectors, answer=answer):
        show(line)
    return 0


def detect_microphone(args: argparse.Namespace) -> int:
    """``dsp detect --microphone``: lines as they come, until --seconds or Ctrl-C."""
    if args.file is not None:
        raise UsageError("dsp detect: a file or --microphone, not both")
    from ctidrv.drivers.soundcard import open_input

    ear = Ear()
    if args.country is not None:
        ear.progress(progress_config(load_region(args.country)))
    lines = Lines(args.country, answer=args.answer)
    show = _printer(args)
    left = round(args.seconds * RATE) if args.seconds is not None else None
    with open_input() as microphone:
        try:
            while left is None or left > 0:
                piece = microphone.read()[:left]
                left = None if left is None else left - len(piece)
                for event in ear.hear(piece):
                    for line in lines.take(event):
                        show(line)
        except KeyboardInterrupt:
            pass
    for line in lines.end(ear.now):
        show(line)
    return 0
