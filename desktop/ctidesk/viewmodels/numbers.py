"""Telephone numbers as people of the line's country write them."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

WORLD = "ZZ"


@lru_cache(maxsize=4096)
def local(number: str | None, country: str | None = None) -> str:
    """A number in the local form of `country` (ISO code), foreign ones with ``+``.

    What is no number (short codes, letters, a damaged one) comes back unchanged.
    """
    if not number:
        return ""
    region = (country or WORLD).upper()
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    home = phonenumbers.country_code_for_region(region) if region != WORLD else 0
    form = phonenumbers.PhoneNumberFormat
    style = form.NATIONAL if parsed.country_code == home else form.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
