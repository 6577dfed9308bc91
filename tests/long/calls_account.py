"""What became of each call that the callers of a run have made: nothing may be lost on the way.

Two books are compared: what the callers heard, as their exchange tells it, and the station's rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

Row = dict[str, Any]

ANSWERED_WITHIN_S = 12.0
"""Of a call's first ring, by a script that answers at the second: longer, and nobody was there."""


def account(told: Sequence[Row], calls: Sequence[Row]) -> tuple[dict[str, Any], list[str]]:
    """`told`: the rows of a stand-in's callers, in order; `calls`: the station's, of the same time. How many
    calls ended in which way, and as findings those that nobody can account for."""
    made = [row for row in told if row.get("what") == "lifts the handset"]
    rang = [row for row in told if row.get("what") == "hears" and row["detail"] == "ringback tone"]
    refused = Counter(
        row["detail"]
        for row in told
        if row.get("what") == "hears" and row["detail"] not in ("dial tone", "ringback tone")
    )
    unanswered = [row for row in calls if row["answered"] is None]
    waited = {row["id"]: _seconds(row) for row in unanswered}
    findings = [
        f"{row['id']}: rang {waited[row['id']]:.1f} s, {row['cause']}, and was not answered"
        for row in unanswered
        if waited[row["id"]] > ANSWERED_WITHIN_S or row["cause"] != "caller-gave-up"
    ]
    if len(calls) < len(rang):
        findings.append(f"{len(rang)} calls rang, and the station has rows of {len(calls)}")
    return {
        "made": len(made),
        "rang": len(rang),
        "heard_instead": dict(refused),
        "rows": len(calls),
        "answered": len(calls) - len(unanswered),
        "unanswered": dict(Counter(row["cause"] for row in unanswered)),
        "unanswered_rang_s": [min(waited.values()), max(waited.values())] if waited else [],
        "ended_by": dict(Counter(row["cause"] for row in calls if row["answered"] is not None)),
    }, findings


def _seconds(row: Row) -> float:
    begun, ended = (datetime.fromisoformat(row[name]) for name in ("started", "ended"))
    return round((ended - begun).total_seconds(), 1)
