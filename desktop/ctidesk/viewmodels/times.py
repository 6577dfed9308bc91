"""Times as the window writes them: lengths as ``m:ss``, moments in the computer's zone."""

from __future__ import annotations

from datetime import datetime


def length(seconds: float | None) -> str:
    """``0:07``, ``12:34``, ``1:02:03``; empty for None."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, seconds_left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds_left:02}" if hours else f"{minutes}:{seconds_left:02}"


def since(start: datetime | None, now: datetime) -> str:
    """How long ago, as a length; empty for None."""
    return "" if start is None else length((now - start).total_seconds())


def clock(moment: datetime | None, *, seconds: bool = False) -> str:
    """The time of day, local."""
    if moment is None:
        return ""
    return moment.astimezone().strftime("%H:%M:%S" if seconds else "%H:%M")


def day(moment: datetime | None) -> str:
    """The date, local, as ``YYYY-MM-DD``: read alike everywhere."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d")


def days_ago(moment: datetime, now: datetime) -> int:
    """Local midnights between a moment and now."""
    return (now.astimezone().date() - moment.astimezone().date()).days
