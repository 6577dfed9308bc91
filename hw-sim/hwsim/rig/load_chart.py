"""The hours of a run as bars, and its kinds as a stack of what became of their calls: an SVG."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ctidrv.picture.svg import LEFT, PLOT, SIZE, Sheet, cut_to
from hwsim.rig.load_file import Load

HEIGHT, ROW = 160.0, 16.0
OUTCOMES = {
    "answered": "#2a8a3e",
    "abandoned": "#c98a1b",
    "refused": "#b3261e",
    "lost": "#888888",
    "joined": "#bbbbbb",
}
_LINES, _CALLS = "#3b6ea8", "#222222"


def chart(load: Load, timezone: str) -> str:
    """Lines at work by the hour (bars), calls of the hour above them; then each kind of subscriber."""
    sheet = Sheet()
    total = load.total
    words = f"{load.name}, seed {load.seed}: {load.lines} lines, {total.calls} calls"
    sheet.text(8, sheet.y + SIZE, words, bold=True)
    counted = ", ".join(f"{getattr(total, name)} {name}" for name in OUTCOMES)
    sheet.text(8, sheet.y + 2 * SIZE + 6, f"{counted}; {len(load.errors)} errors")
    sheet.y += 3 * SIZE + 14
    _hours(sheet, load, timezone)
    _kinds(sheet, load)
    return sheet.whole()


def _hours(sheet: Sheet, load: Load, timezone: str) -> None:
    most = max((hour.erlangs for hour in load.hours), default=0.0) or 1.0
    width = PLOT / max(1, len(load.hours))
    base = sheet.y + HEIGHT
    sheet.text(LEFT - 8, sheet.y + SIZE, f"{most:.1f} lines at work", anchor="end")
    sheet.text(LEFT - 8, base, "0", anchor="end")
    for place, hour in enumerate(load.hours):
        x, height = LEFT + place * width, (HEIGHT - 2 * SIZE) * hour.erlangs / most
        what = (("hour", hour.begin), ("erlangs", f"{hour.erlangs:.3f}"), ("calls", str(hour.calls)))
        sheet.box(x + 0.1 * width, base - height, 0.8 * width, height, _LINES, what=what)
        if width >= 3 * SIZE:
            begin = datetime.fromisoformat(hour.begin).astimezone(ZoneInfo(timezone))
            sheet.text(x + width / 2, base - height - 4, str(hour.calls), colour=_CALLS, anchor="middle")
            sheet.text(x + width / 2, base + SIZE + 4, f"{begin:%H:%M}", anchor="middle")
    sheet.y = base + 2 * SIZE + 14


def _kinds(sheet: Sheet, load: Load) -> None:
    most = max((kind.calls for kind in load.kinds.values()), default=0) or 1
    for name, kind in load.kinds.items():
        sheet.text(LEFT - 8, sheet.y + SIZE, cut_to(name, LEFT - 16), anchor="end")
        x = float(LEFT)
        for outcome, colour in OUTCOMES.items():
            count = getattr(kind, outcome)
            width = 0.9 * PLOT * count / most
            if count:
                what = (("kind", name), (outcome, str(count)))
                sheet.box(x, sheet.y + 2, width, ROW - 4, colour, what=what)
            x += width
        sheet.text(x + 6, sheet.y + SIZE, str(kind.calls))
        sheet.y += ROW
    sheet.y += 6
    x = float(LEFT)
    for outcome, colour in OUTCOMES.items():
        sheet.box(x, sheet.y, SIZE, SIZE, colour)
        sheet.text(x + SIZE + 4, sheet.y + SIZE - 1, outcome)
        x += 120
    sheet.y += SIZE + 8
