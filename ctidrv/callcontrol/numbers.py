"""Telephone numbers in one form, so that any way of writing a number finds the same customer.

E.164 (``+8613800138000``) where a number belongs to the world's plan; the digits as dialled for
short numbers (``110``, ``95588``), extensions of one's own exchange and local numbers whose area is
not known, which phonenumbers would turn into false E.164.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

MAX_LENGTH = 64
"""Longer input is no telephone number."""

SHORT_DIGITS = 6
"""Up to so many digits are a short number or an extension, in every country."""

# 17951 and its like: prefixes of China's cheap-call (IP) networks, dialled before a full number.
CN_IP_PREFIX = re.compile(
    r"^(?:1790[189]|1791[0128]|1793[01]|1795[01]|1796[089]|1797[01]|1259[03]|10193)(?=\d{8,})"
)
# Service numbers of China: 95xxx to 95xxxxxx, 96xxx and 1xx to 1xxxx.
CN_SHORT = re.compile(r"^(?:9[56]\d{3,6}|1\d{2,4})$")
_EXTENSION = re.compile(r"(?:ext\.?|extension|x|转|轉|分机|,|;|#)\s*(\d{1,6})\s*#?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in its one form (None: nothing in it), and the extension that was written behind it."""

    value: str | None
    extension: str | None = None

    @property
    def is_e164(self) -> bool:
        return self.value is not None and self.value.startswith("+")


def parse(text: str, country: str, area: str | None = None) -> Number:
    """Reads a number as people and networks write it.

    `country`: ISO code of the office (``CN``); `area`: its area code without the leading 0, for
    local numbers. Never raises: what is no number gives ``Number(None)``.
    """
    text = unicodedata.normalize("NFKC", text[: MAX_LENGTH + 1]).strip()
    if len(text) > MAX_LENGTH:
        return Number(None)
    if re.fullmatch(r"[*#][0-9*#]+", text):
        return Number(text)  # a service code, as dialled
    extension = None
    if match := _EXTENSION.search(text):
        extension, text = match[1], text[: match.start()]
    plus = text.lstrip("(").startswith("+")
    digits = "".join(re.findall(r"[0-9]", text))
    if not digits or re.search(r"[^\W\d_]", text):
        return Number(None)
    country = country.upper()
    return Number(_one_form(digits, plus, country, area), extension)


def _one_form(digits: str, plus: bool, country: str, area: str | None) -> str:
    if plus:
        return _e164("+" + digits, None) or "+" + digits
    if country == "CN":
        digits = CN_IP_PREFIX.sub("", digits)
        if CN_SHORT.match(digits):
            return digits
    if len(digits) <= SHORT_DIGITS:
        return digits
    if found := _e164(digits, country):
        return found
    if digits.startswith("00") and (found := _e164("+" + digits[2:], None)):
        return found
    code = str(phonenumbers.country_code_for_region(country))
    # A network that leaves the + away: 8613800138000.
    if code != "0" and digits.startswith(code) and (found := _e164("+" + digits, None)):
        return found
    if area and (found := _e164(area + digits, country)):
        return found
    return digits


def _e164(text: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    national = str(number.national_number)
    # Number plans change faster than tables: ten digits of possible length are taken as well.
    if phonenumbers.is_valid_number(number) or (
        len(national) >= 10 and phonenumbers.is_possible_number(number)
    ):
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def normalise(text: str | None, country: str, area: str | None = None) -> str | None:
    """The one form of a number, None when there is none."""
    return parse(text, country, area).value if text else None


def is_whole(number: str) -> bool:
    """Whether a number with a country's code has the length and the beginning of one."""
    return _e164(number, None) is not None


def reverse(number: str | None) -> str | None:
    """The digits from last to first, for the search by a number's end."""
    return re.sub(r"\D", "", number)[::-1] if number else None


def suffix_range(digits: str) -> tuple[str, str]:
    """Bounds (from, below) on a reversed column for numbers that end with `digits`."""
    back = digits[::-1]
    return back, back + ":"  # ':' follows '9' in ASCII
