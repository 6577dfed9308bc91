"""The hours of the day in which faxes may be begun."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ctidrv.errors import InputError

_MINUTE = timedelta(minutes=1)
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """From `begin` on and before `end`; over midnight where `end` is the earlier one."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Hours:
        """``08:00-20:00``; InputError."""
        found = _HOURS.fullmatch(text)
        if found is None or found[1] + found[2] == found[3] + found[4]:
            raise InputError(f"hours {text[:40]!r} must be as 08:00-20:00")
        return cls(time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])))

    def opens(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first time from `moment` on at which they are; UTC as `moment`, the day is that of `zone`."""
        local = moment.astimezone(zone)
        now = local.time()
        within = self.begin <= now < self.end
        if self.end < self.begin:
            within = now >= self.begin or now < self.end
        if within:
            return moment
        opening = local.replace(hour=self.begin.hour, minute=self.begin.minute, second=0, microsecond=0)
        if opening <= local:
            opening += timedelta(days=1)
        return _moment(opening).astimezone(moment.tzinfo)


def _is_left_out(local: datetime) -> bool:
    """By a clock that goes forward."""
    offsets = [local.replace(fold=fold).utcoffset() or timedelta(0) for fold in (0, 1)]
    return offsets[1] > offsets[0]


def _moment(local: datetime) -> datetime:
    """Of a time of the day in whole minutes; where the day leaves it out, the first moment behind the gap."""
    if not _is_left_out(local):
        return local
    while _is_left_out(local):
        local -= _MINUTE
    return local.astimezone(UTC) + _MINUTE


def opens(all_of: Sequence[Hours], moment: datetime, zone: ZoneInfo) -> datetime:
    """The first time from `moment` on that is within all of them. Where there is none on any day, each time
    that it is asked for a day later."""
    found = moment
    for _ in range(2 * len(all_of) + 1):  # where one opens, another may be closed
        before = found
        for each in all_of:
            found = each.opens(found, zone)
        if found == before:
            return found
    return moment + timedelta(days=1)


def meet(all_of: Sequence[Hours]) -> bool:
    """Whether some time of a day is within all of them."""
    noon, utc = datetime(2026, 1, 1, 12, tzinfo=UTC), ZoneInfo("UTC")
    return opens(all_of, noon, utc) < noon + timedelta(days=1)
