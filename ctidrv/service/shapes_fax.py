"""The shapes of faxes in the API (`ctidrv.service.shapes`)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from ctidrv.apps.fax.records import MOST_TRIES, USUAL_TRIES
from ctidrv.config import BOX_NAME, MAIL_ADDRESS
from ctidrv.service.refusals import wrong
from ctidrv.service.shapes import Line, Number, Path, Shape

MOST_NUMBERS = 1000

_MOST_ADDRESS = 254
"""Characters (RFC 5321, 4.5.3.1.3, less the brackets)."""


def _address(text: str) -> str:
    if len(text) > _MOST_ADDRESS or not re.fullmatch(MAIL_ADDRESS, text):
        raise wrong(f"{text[:40]!r} must be one address, such as desk@example.com")
    return text


def _box(text: str) -> str:
    if not re.fullmatch(BOX_NAME, text):
        raise wrong(f"{text[:40]!r} must be a box's name: letters, digits, - and _, at most 64")
    return text


MailAddress = Annotated[
    str,
    AfterValidator(_address),
    WithJsonSchema({"type": "string", "pattern": f"^{MAIL_ADDRESS}$", "maxLength": _MOST_ADDRESS}),
]
Box = Annotated[str, AfterValidator(_box), WithJsonSchema({"type": "string", "pattern": f"^({BOX_NAME})$"})]
CoverLine = Annotated[str, StringConstraints(max_length=200)]


class FaxCover(BaseModel):
    """The page before a document; unknown fields are refused. What is empty is left out of it."""

    model_config = ConfigDict(extra="forbid")

    to: CoverLine = ""
    sender: CoverLine = ""
    """Empty: the office."""
    subject: CoverLine = ""
    note: Annotated[str, StringConstraints(max_length=4000)] = ""
    language: Literal["", "en", "zh"] = ""
    """Empty: the office's."""


class FaxMail(Shape):
    """How the last e-mail of a fax fares."""

    state: Literal["queued", "sent", "failed"]
    """sent: the server has taken it."""
    tries: int
    due: str
    """Not before, while it is queued."""
    ended: str | None
    error: str | None
    """Of the last try, in the words of the server or the system."""


class Fax(Shape):
    """A document to one number."""

    id: str
    batch: str
    """Faxes that were queued together have one."""
    path: str
    """Of the document's copy in the data folder."""
    name: str
    sha256: str
    pages: int
    confirmed: int
    """Pages that the far end has confirmed."""
    calls: int
    number: str
    e164: str | None
    created: str
    due: str
    """Not before."""
    port: str | None
    priority: int
    """1 goes first, 9 last."""
    hours: str | None
    tries: int
    state: Literal["queued", "sending", "sent", "failed", "stopped"]
    ended: str | None
    cause: str | None
    """Of the last call."""
    error: str | None
    """The cause in words, in the language that was asked for."""
    detail: str | None
    """What the line or the other machine said of it."""
    cover: FaxCover | None
    """The first of its pages, as it was asked for; null: none."""
    mail_to: str | None
    """The address that is told how it ended."""
    mail: FaxMail | None
    """null: there is none yet."""


class FaxPageState(Shape):
    page: int
    state: Literal["not-sent", "sending", "confirmed", "refused", "not-confirmed"]
    bit_rate: int | None
    at: str | None


class FaxCall(Shape):
    number: int
    port: str
    started: str
    ended: str | None
    pages: int
    """To be sent by it."""
    confirmed: int
    call: str | None
    cause: str | None
    error: str | None
    bit_rate: int | None
    ident: str | None
    """As the far end calls itself."""


class FaxInFull(Fax):
    page_states: list[FaxPageState]
    call_rows: list[FaxCall]
    facts: list[dict[str, Any]]


class ReceivedFax(Shape):
    id: str
    box: str
    port: str
    started: str
    path: str
    sha256: str
    pages: int
    bad_rows: int
    """Damaged rows in all its pages."""
    call: str | None
    number: str | None
    e164: str | None
    ident: str | None
    customer_name: str | None
    whole: bool
    """False: the connection was lost, and pages may be missing."""
    state: Literal["new", "read"]
    mail_to: str | None
    """The address that it is sent to."""
    mail: FaxMail | None


class FaxBox(Shape):
    box: str
    faxes: int
    new: int
    latest: str


class NewReception(BaseModel):
    """Who waits for a fax on a line; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    box: Box
    holder: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    """As others are told who has the line."""


class NewFax(BaseModel):
    """A document for one number or many; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    file: Path
    """On the station's computer."""
    numbers: Annotated[list[Number], Field(min_length=1, max_length=MOST_NUMBERS)]
    line: Line | None = None
    """The port of a line; null: the station chooses."""
    priority: Annotated[int, Field(ge=1, le=9)] | None = None
    """1 goes first, 9 last; null: 5, and 7 of one document to many numbers."""
    hours: Annotated[str, StringConstraints(max_length=11)] | None = None
    """Of the office's day, such as 08:00-20:00; null: the station's."""
    tries: Annotated[int, Field(ge=1, le=MOST_TRIES)] = USUAL_TRIES
    """Calls at most."""
    due: AwareDatetime | None = None
    """Not before."""
    cover: FaxCover | None = None
    """A page before the document's own; null: none."""
    mail_to: MailAddress | None = None
    """This address is told how it ended."""
