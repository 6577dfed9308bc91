"""Which numbers may be dialled, as data: classes of numbers and beginnings of numbers, allowed or denied.

An emergency number of the country always passes, whatever a list says. Everything else has to be allowed and
not denied. What is typed is read as everywhere (numbers.py), and is judged by what an exchange would make of
it: exchanges stop reading once a number is complete, so digits put behind a premium number do not hide it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType, ShortNumberCost, shortnumberinfo

from ctidrv.callcontrol import numbers
from ctidrv.config import NUMBER_CLASSES, USUAL_NUMBERS
from ctidrv.errors import InputError, NotAllowed

_TYPED = re.compile(r"\(?\+?\(?[0-9*#][0-9*#\s().\-/]{0,61}")
_LOCAL = re.compile(r"[1-9][0-9]{2,7}")
_LEAST_PREMIUM = 4


@dataclass(frozen=True, slots=True)
class Dialable:
    """A number that may be dialled. `number` is the one form it is kept in, `digits` what is sent."""

    number: str
    digits: str
    kind: str
    """One of NUMBER_CLASSES, or "emergency"."""

    @property
    def emergency(self) -> bool:
        return self.kind == "emergency"


@dataclass(frozen=True, slots=True)
class NumberPolicy:
    """Of an office: its country and area (`ctidrv.callcontrol.numbers`), what it may dial, and the numbers
    that always pass. An entry of `allow` and `deny` is one of NUMBER_CLASSES, or how a number begins, as it
    is dialled (0900) or with the country's code (+44)."""

    country: str
    area: str | None = None
    emergency: Collection[str] = ()
    allow: Collection[str] = USUAL_NUMBERS
    deny: Collection[str] = ()
    prefixes: Collection[str] = ()
    """Digits that lead out of a PBX: somebody in distress may dial them too."""

    def judge(self, text: str) -> Dialable:
        """InputError for what is no number; NotAllowed."""
        typed = text.strip()
        digits = re.sub(r"[^0-9*#]", "", typed)
        for prefix in ("", *self.prefixes):
            if digits.removeprefix(prefix) in self.emergency and digits.startswith(prefix):
                called = digits.removeprefix(prefix)
                return Dialable(called, called, "emergency")
        if not _TYPED.fullmatch(typed):
            raise InputError(f"{text[:40]!r} is no number to dial: digits, with + before a country's code")
        plus = typed.lstrip("(").startswith("+")
        number = numbers.normalise(typed, self.country, self.area) or digits
        kind = self._class(digits, number, abroad=plus)
        sent = self._sent(number) if plus else digits
        forms = (number, digits, sent)
        denied = next((each for each in self.deny if _covers(each, kind, forms)), None)
        if denied is not None:
            raise NotAllowed(f"{typed}: not dialled: station.toml denies {denied} ([outbound] deny)")
        if not any(_covers(each, kind, forms) for each in self.allow):
            raise NotAllowed(
                f"{typed}: not dialled: {_WORDS[kind]}; to allow it, put {_entry(kind, number)!r} into "
                "[outbound] allow of station.toml"
            )
        return Dialable(number, sent, kind)

    def judge_behind_pbx(self, digits: str, outside: str) -> None:
        """A dial string for a PBX one of whose lines is ours: what leads out of it (behind a second dial tone
        or a pause, behind the line's digits for that, or longer than an extension) has to be a number that
        may be dialled. InputError, NotAllowed."""
        last = re.split("[W,!]", digits)[-1]
        leads_out = re.sub("[^0-9]", "", outside)
        if leads_out and last == digits and last.startswith(leads_out):
            self.judge(last.removeprefix(leads_out))
        elif last != digits or len(re.sub("[^0-9*#]", "", last)) > numbers.SHORT_DIGITS:
            self.judge(last)

    def _class(self, digits: str, number: str, *, abroad: bool) -> str:
        if re.search(r"[*#]", digits):
            return "service"
        own = f"+{phonenumbers.country_code_for_region(self.country)}"
        if number.startswith("+") and not self._is_own(number, own):
            return "international"
        if not abroad and self._leads_abroad(digits):
            return "international"
        if self._is_premium(digits, number):
            return "premium"
        if number.startswith("+"):
            return "national" if numbers.is_whole(number) else "unknown"
        return "short" if len(digits) <= numbers.SHORT_DIGITS or _LOCAL.fullmatch(digits) else "unknown"

    def _is_own(self, number: str, own: str) -> bool:
        """North America's countries have one code: a number of another of them is abroad."""
        if not number.startswith(own):
            return False
        parsed = _parsed(number, None)
        region = None if parsed is None else phonenumbers.region_code_for_number(parsed)
        return region is None or region in (self.country, "001") or own != "+1"

    def _leads_abroad(self, digits: str) -> bool:
        metadata = PhoneMetadata.metadata_for_region(self.country)
        prefix = None if metadata is None else metadata.international_prefix
        digits = numbers.CN_IP_PREFIX.sub("", digits) if self.country == "CN" else digits
        return digits.startswith("00") or (prefix is not None and re.match(prefix, digits) is not None)

    def _is_premium(self, digits: str, number: str) -> bool:
        """It, or one that it begins with, costs more than a call."""
        whole = number if number.startswith("+") else digits
        return any(self._costs(whole[:length]) for length in range(len(whole), _LEAST_PREMIUM - 1, -1))

    def _costs(self, text: str) -> bool:
        parsed = _parsed(text, self.country)
        if parsed is None:
            return False
        if phonenumbers.number_type(parsed) == PhoneNumberType.PREMIUM_RATE:
            return True
        cost = shortnumberinfo.expected_cost_for_region(parsed, self.country)
        return not text.startswith("+") and cost == ShortNumberCost.PREMIUM_RATE

    def _sent(self, number: str) -> str:
        """A number with a country's code as this country dials it."""
        parsed = _parsed(number, None)
        if parsed is None:
            raise InputError(f"{number}: no number of any country")
        return re.sub(r"[^0-9]", "", phonenumbers.format_out_of_country_calling_number(parsed, self.country))


_WORDS = {
    "national": "a number of this country is not on the list",
    "short": "a short or local number is not on the list",
    "international": "calls abroad are not on the list",
    "premium": "it costs more than a call, and such numbers are not on the list",
    "service": "it orders a service of the exchange, and such numbers are not on the list",
    "unknown": "it is no number that this country's plan knows",
}


def _covers(entry: str, kind: str, forms: Collection[str]) -> bool:
    return entry == kind if entry in NUMBER_CLASSES else any(form.startswith(entry) for form in forms)


def _entry(kind: str, number: str) -> str:
    """Narrower than the class where a class is a risk."""
    if kind == "international":
        parsed = _parsed(number, None)
        return kind if parsed is None else f"+{parsed.country_code}"
    return kind if kind in USUAL_NUMBERS else number


def _parsed(text: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
