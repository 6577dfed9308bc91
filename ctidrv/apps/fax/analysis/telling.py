"""An analysis for people: the call line by line, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ctidrv.apps.fax.analysis.saying import Saying

_BEFORE = "               "
_MOST_NUMBERS = 12


def told(lines: Sequence[Mapping[str, Any]], saying: Saying) -> Iterator[str]:
    """The text of `lines_of`'s lines."""
    is_first = True
    for line in lines:
        if line["type"] == "file":
            yield line["file"]
            continue
        if line["type"] == "finding":
            if is_first:
                yield ""
                yield f"{saying['findings']}:"
            is_first = False
            yield f"{line['t']:10.3f} s  {saying['weight ' + line['weight']]}: {line['text']}"
            continue
        parts = list(_TELL[line["type"]](line, saying))
        if parts:
            yield f"{line['t']:10.3f} s  {parts[0]}"
            yield from (f"{_BEFORE}{part}" for part in parts[1:])


def _who(line: Mapping[str, Any], saying: Saying) -> str:
    return f"{saying.side(line['side'])}: " if line["side"] else ""


def _tone(line: Mapping[str, Any], saying: Saying) -> Iterator[str]:
    known = f"tone {line['tone']}"
    name = saying[known] if line["side"] else saying["tone other"].format(name=line["tone"])
    yield f"{_who(line, saying)}{name}, {line['t_end'] - line['t']:.2f} s"


def _frame(line: Mapping[str, Any], saying: Saying) -> Iterator[str]:
    if "words" not in line:
        what = saying["no frame"] if line["good"] else saying["damaged frame"]
        yield f"{what}: {line['raw'][:80]}"
        return
    text = saying["password"] if line["name"] in ("PWD", "SID") else line["text"]
    said = f" “{text}”" if text is not None else ""
    yield f"{_who(line, saying)}{line['name']}{said}: {line['words']}"
    for field in line["fields"]:
        value = field["says"] or ("" if field["value"] == 1 else str(field["value"]))
        yield f"{field['bit']:>3}  {field['words']}{': ' if value else ''}{value}"
    if line["again"]:
        numbers = " ".join(map(str, line["again"][:_MOST_NUMBERS]))
        more = f" {saying['again list']}" if len(line["again"]) > _MOST_NUMBERS else ""
        yield saying["frames again"].format(count=len(line["again"]), list=numbers + more)


def _carrier(line: Mapping[str, Any], saying: Saying) -> Iterator[str]:
    seconds = line["t_end"] - line["t"]
    who, role = _who(line, saying), saying.role(line["role"])
    if line["modem"] is None:
        yield f"{who}{saying['unread']} ({role}), {seconds:.2f} s"
        return
    training = saying["short" if line["short_training"] else "long"] if line["modem"] == "v17" else ""
    modem = f"{saying.modem(line['modem'])} {line['bit_rate']} bit/s"
    yield f"{who}{role}, {modem}{', ' if training else ''}{training}, {seconds:.2f} s"
    if line["snr"] is not None:
        yield saying["quality"].format_map(line)


def _check(line: Mapping[str, Any], saying: Saying) -> Iterator[str]:
    yield saying["check"].format_map({**line, "answer": line["answer"] or saying["nothing"]})


def _page(line: Mapping[str, Any], saying: Saying) -> Iterator[str]:
    parts = {
        "number": line["page"],
        "coding": (line["coding"] or "?").upper(),
        "width": line["width"],
        "rows": line["rows"],
        "damaged": line["bad_rows"],
        "end": saying[f"end {line['end'] or 'none'}"],
        "command": line["command"] or "–",
        "answer": line["answer"] or saying["nothing"],
    }
    yield saying["page" if line["rows"] is not None else "page unread"].format_map(parts)


def _block(line: Mapping[str, Any], saying: Saying) -> Iterator[str]:
    yield saying["block"].format(
        number=0 if line["block"] is None else line["block"],
        have=line["have"],
        whole=line["frames"],
        damaged=line["damaged"],
        repeated=line["repeated"],
        asked=len(line["asked_again"]),
    )


def _pause(line: Mapping[str, Any], saying: Saying) -> Iterator[str]:
    if line["verdict"] != "ok":
        yield f"{_who(line, saying)}{saying['pause ' + line['limit'].removesuffix('-back')].format_map(line)}"


_TELL: Mapping[str, Callable[[Mapping[str, Any], Saying], Iterator[str]]] = {
    "tone": _tone,
    "frame": _frame,
    "carrier": _carrier,
    "check": _check,
    "page": _page,
    "block": _block,
    "pause": _pause,
}
