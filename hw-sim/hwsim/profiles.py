"""What the board's lines are connected to, by name: the key `profile`. The board's own keys override it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from hwsim.exchange_settings import ExchangeSettings, read_settings

Profile = Literal["outside-line", "pbx-extension"]
PLAIN: Profile = "outside-line"
PROFILES: Mapping[Profile, Mapping[str, Any]] = MappingProxyType(
    {
        # A line of the country's exchange: all as its table has it.
        "outside-line": {},
        # A flash of 100, 300 or 600 ms is one; a country's exchange may take the first for a digit 1 and
        # the last for a hang-up. Hardly any country's table has the busy tone: the line has to learn it.
        "pbx-extension": {
            "busy_hz": [450],
            "busy_ms": [150, 150],
            "flash_ms": [80, 1000],
            "exchange": {"outside": "9", "flash": ["hold", "three-way", "transfer"]},
        },
    }
)


def with_profile(own: Mapping[str, Any]) -> dict[str, Any]:
    """A board's keys and, where it has none of its own, those of its profile; `exchange` key by key.

    InputError for an exchange that is none.
    """
    given = dict(own)
    profile = dict(PROFILES[given.pop("profile", PLAIN)])
    more = read_settings(ExchangeSettings, profile.pop("exchange", {}))
    exchange = read_settings(ExchangeSettings, given.get("exchange", {}))
    lacking = more.model_fields_set - exchange.model_fields_set
    update = {key: getattr(more, key) for key in lacking}
    return {**profile, **given, "exchange": exchange.model_copy(update=update)}
