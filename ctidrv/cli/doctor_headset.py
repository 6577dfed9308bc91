"""Doctor's look at headsets' keys and lamps: of boards that are to have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctidrv.cli.examined import Result
from ctidrv.config import BoardConfig
from ctidrv.drivers.hid.belongs import NONE
from ctidrv.drivers.hid.survey import Found, survey
from ctidrv.errors import PortError


def examine_headsets(boards: Sequence[BoardConfig]) -> Iterator[Result]:
    """One result for each HID telephone, where a board wants one; without keys a headset works by order."""
    wanting = [each for each in boards if each.driver == "soundcard" and each.settings.get("hid") != NONE]
    if not wanting:
        return
    try:
        found = survey()
    except PortError as error:
        yield Result("headset keys", "note", str(error), "without it the desktop answers and hangs up")
        return
    for each in found:
        yield _told(each)
    if not found:
        yield Result(
            "headset keys", "note", "no HID telephone is plugged in", "the desktop answers and hangs up"
        )


def _told(each: Found) -> Result:
    if each.why is None:
        return Result("headset keys", "ok", f"{each.info.name}: {', '.join(each.keys)}")
    return Result("headset keys", "note", each.why, "until then the desktop answers and hangs up")
