"""What happens on a station's lines while a case is played: hook, ring, detectors, prompts, steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ctidrv import events
from ctidrv.events import PortEvent
from ctidrv.picture.journal import Tracks
from ctidrv.picture.parties import MOST_MARKS, Mark, Party, What, words
from ctidrv.units import seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.journal import CallEvent
    from hwsim.rig.station import Rig


class Watch:
    """Listens from now on; the latest MOST_MARKS of events and of journal entries are held."""

    def __init__(self, rig: Rig) -> None:
        self._ports = [str(channel.info.id) for channel in rig.station.engine.channels]
        self._events: deque[PortEvent] = deque(maxlen=MOST_MARKS)
        self._journal: deque[CallEvent] = deque(maxlen=MOST_MARKS)
        for channel in rig.station.engine.channels:
            channel.subscribe(self._events.append)
        rig.station.journal.subscribe(self._journal.append)

    def lines(self, end: int) -> list[Party]:
        """Every line, up to sample `end`."""
        made: list[Party] = []
        for port in self._ports:
            line = _Line()
            for event in self._events:
                if event.port == port:
                    line.event(event)
            for entry in self._journal:
                if entry.port == port:
                    line.entry(entry.type, entry.at, entry.data)
            made.append(Party(name=port, kind="line", tracks=line.tracks(end)))
        return made


class _Line(Tracks):
    """The tracks of a line as its events and its journal come."""

    def event(self, event: Any) -> None:
        if (handle := _EVENTS.get(type(event))) is not None:
            handle(self, event)

    def released(self, event: events.Released) -> None:
        """On hook, all detectors begin afresh."""
        self.ends("hook", "", event.at)
        for track, key in list(self._open):
            if track == "detectors":
                self.ends(track, key, event.at)


def _state(track: What, begins: bool) -> Callable[[_Line, Any], None]:
    if begins:
        return lambda line, event: line.begins(track, "", event.at)
    return lambda line, event: line.ends(track, "", event.at)


def _switch(track: What, field: str, stretch: bool) -> Callable[[_Line, Any], None]:
    """A state of which `field` tells; it stands while that is `stretch`."""

    def handle(line: _Line, event: Any) -> None:
        (line.begins if getattr(event, field) is stretch else line.ends)(track, "", event.at)

    return handle


def _on(word: str, field: str = "") -> Callable[[_Line, Any], None]:
    def handle(line: _Line, event: Any) -> None:
        named = getattr(event, field) if field else ""
        line.begins("detectors", f"{word}{named}", event.start, f"{named} {word}".strip())

    return handle


def _off(word: str, field: str = "") -> Callable[[_Line, Any], None]:
    def handle(line: _Line, event: Any) -> None:
        line.ends("detectors", f"{word}{getattr(event, field) if field else ''}", event.start)

    return handle


def _digit_down(line: _Line, event: events.DigitDown) -> None:
    line.begins("detectors", f"digit {event.digit}", event.start, event.digit)


def _digit_up(line: _Line, event: events.DigitUp) -> None:
    key: tuple[What, str] = ("detectors", f"digit {event.digit}")
    if (begun := line._open.get(key)) is not None:
        line.ends(*key, begun[0] + event.length)


def _caller_id(line: _Line, event: events.CallerIdSeen) -> None:
    said = [event.number, event.name, event.reason, "damaged" if event.checksum_ok is False else None]
    who = " ".join(each for each in said if each)
    line.mark("detectors", event.start, f"caller ID ({event.standard}) {who}".strip(), event.at)


def _for_so_long(word: str) -> Callable[[_Line, Any], None]:
    return lambda line, event: line.mark("detectors", event.start, word, event.start + event.length)


_EVENTS: dict[type[PortEvent], Callable[[_Line, Any], None]] = {
    events.Seized: _state("hook", True),
    events.Released: _Line.released,
    events.HookChanged: _switch("hook", "off_hook", True),
    events.Flash: lambda line, event: line.mark("detectors", event.at - event.length, "flash", event.at),
    events.RingOn: _state("ring", True),
    events.RingOff: _state("ring", False),
    events.BatteryChanged: _switch("battery", "present", False),
    events.PolarityChanged: _switch("polarity", "reversed", True),
    events.DigitDown: _digit_down,
    events.DigitUp: _digit_up,
    events.ToneOn: _on("tone", "tone"),
    events.ToneOff: _off("tone", "tone"),
    events.VoiceOn: _on("voice"),
    events.VoiceOff: _off("voice"),
    events.CallerIdSeen: _caller_id,
    events.AlertSeen: _for_so_long("alert"),
    events.BeepHeard: _for_so_long("beep"),
    events.FaxTone: lambda line, event: line.mark("detectors", event.start, f"fax {event.tone}", event.at),
    events.Alarm: lambda line, event: line.mark("detectors", event.at, f"alarm: {event.what}"),
}


def marks_of(track: Iterable[Any]) -> list[Mark]:
    """Those of a time line (hwsim/scenario/timeline.py), whose times are seconds."""
    return [
        Mark(
            begin=seconds(mark.begin),
            end=None if mark.end is None else max(seconds(mark.begin), seconds(mark.end)),
            text=words(mark.text),
            cut=mark.cut,
        )
        for mark in list(track)[-MOST_MARKS:]
    ]
