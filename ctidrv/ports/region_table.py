"""The table of all countries: ``python -m ctidrv.ports.region_table > docs/reference/regions.md``."""

from __future__ import annotations

import sys

from ctidrv.ports.dialling import USUAL, Dialling
from ctidrv.ports.regions import OPTIONAL_TONES, TONES, Region, Tone, known_regions, load_region

_HEAD = """\
# Countries

Made by `python -m ctidrv.ports.region_table` from `ctidrv/ports/regions/*.toml`, where each file names its
sources, what differs between them, and the levels. The figures come from public transcriptions of ITU-T E.180
Supplement 2, lists of several years: a network may have changed since, and operators within one country
differ. A line's `signals` in the station's configuration override its country's.

Frequencies in Hz (`+` together, `*` modulated by, `→` one after the other), then on/off in milliseconds; no
times: steady. `…` and what follows: then steadily, or silence. `(…)`: no source tells, so it is a guess:
congestion as busy, ringing as ringback, caller ID and hang-up as in most countries.
"""
_DIALLING = """\
Dialling, in milliseconds: a tone pair and its pause; low and high group; break and make of a dial pulse;
between two digits by pulses; pulses of a digit (usual: n, ten for 0; sweden: n + 1; new-zealand: 10 - n);
break of a hook flash.
Where a country is missing no source tells, and {usual} is used."""
_EMERGENCY = """\
Emergency numbers, which are dialled whatever a list says. From libphonenumber's short numbers, and from what
each file names."""
_NAMES = {"call_waiting": "call waiting", "dial2": "second dial", "nu": "number unobtainable", "sit": "SIT"}


def markdown() -> str:
    """The whole page."""
    regions = [load_region(code) for code in known_regions()]
    head = ["", "country", "ringing", *(_NAMES.get(name, name) for name in TONES), "caller ID", "hang-up"]
    lines = [
        _HEAD,
        f"{len(regions)} countries and territories.",
        "",
        *_rows(head, [_row(each) for each in regions]),
    ]
    more = ["", *(_NAMES.get(name, name) for name in OPTIONAL_TONES)]
    lines += ["", "Further tones, where a source gives them:", ""]
    lines += _rows(more, [row for each in regions if any((row := _more(each))[1:])])
    dial = ["", "tones", "tones, dBm0", "pulses", "between", "numbering", "flash"]
    known = [_dialling(each) for each in regions if "dialling" not in each.not_documented]
    lines += ["", _DIALLING.format(usual="; ".join(_dial_times(USUAL))), "", *_rows(dial, known)]
    lines += ["", _EMERGENCY, ""]
    lines += _rows(["", "numbers"], [[f"`{each.code}`", " ".join(each.emergency)] for each in regions])
    return "\n".join(lines) + "\n"


def _dialling(region: Region) -> list[str]:
    return [f"`{region.code}`", *_dial_times(region.dialling)]


def _dial_times(dialling: Dialling) -> list[str]:
    low, high = dialling.dtmf_dbm0
    pulses = [_times(dialling.pulse_ms), str(dialling.between_ms), dialling.numbering]
    return [_times(dialling.dtmf_ms), f"{low:g}/{high:g}", *pulses, str(dialling.flash_ms)]


def _row(region: Region) -> list[str]:
    cells = [f"`{region.code}`", region.name, _guess(region, "ring", _times(region.ring))]
    cells += [_guess(region, f"tones.{name}", _tone(region.tones[name])) for name in TONES]
    caller_id = f"{', '.join(region.caller_id.standards)}; {', '.join(region.caller_id.when)}"
    cells.append(_guess(region, "caller_id", caller_id))
    cells.append(_guess(region, "clearing", ", ".join(region.clearing)))
    return cells


def _more(region: Region) -> list[str]:
    found = [_tone(region.tones[name]) if name in region.tones else "" for name in OPTIONAL_TONES]
    return [f"`{region.code}`", *found]


def _rows(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _guess(region: Region, what: str, text: str) -> str:
    return f"({text})" if what in region.not_documented else text


def _tone(tone: Tone) -> str:
    text = "→".join("+".join(f"{hz:g}" for hz in turn) for turn in tone.turns or (tone.hz,))
    if tone.am_hz:
        text += f"*{tone.am_hz:g}"
    if tone.ms:
        text += f" {_times(tone.ms)}"
    return text if tone.then == "again" else f"{text}… {tone.then}"


def _times(times: tuple[int, ...]) -> str:
    return "/".join(str(each) for each in times)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(markdown())
