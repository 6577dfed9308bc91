"""Faxes by e-mail: the station's outbox, with letters made of the rows and pages of faxes."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Awaitable
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from ctidrv.apps.fax import letters
from ctidrv.apps.fax.records import PageState, ReceivedFax
from ctidrv.apps.mail.delivery import Delivery, MailServer
from ctidrv.apps.mail.message import Enclosed, Letter, compose
from ctidrv.apps.mail.outbox import Outbox
from ctidrv.apps.mail.records import Mail, MailKind
from ctidrv.callcontrol.journal import Journal
from ctidrv.clock import SampleClock
from ctidrv.config import FaxBoxConfig, MailConfig, StationConfig
from ctidrv.errors import CtiError, InputError, StoreError
from ctidrv.service.fax_papers import FORMS, FaxPapers
from ctidrv.store import Store

PASSWORD = "CTIDRV_MAIL_PASSWORD"
"""In the environment: the password of the mail server's user, where station.toml names no file."""
_MOST_PASSWORD = 1024
_SUFFIX = {"pdf": "pdf", "tiff": "tif"}


def make_outbox(
    config: StationConfig, store: Store, journal: Journal, clock: SampleClock, papers: FaxPapers
) -> Outbox | None:
    """None: the station sends no e-mail. InputError: its password cannot be had."""
    if config.mail is None:
        return None
    write = _Writing(config, config.mail, store, papers)
    server = mail_server(config, config.mail)
    return Outbox(store.mails, write.message, functools.partial(Delivery, server), journal, clock)


def mail_server(config: StationConfig, mail: MailConfig) -> MailServer:
    """With its password. InputError."""
    authority = None if mail.ca_file is None else config.beside(mail.ca_file)
    password = _password(config, mail) if mail.user else ""
    return MailServer(mail.host, mail.port, mail.tls, mail.user, password, authority)


def _password(config: StationConfig, mail: MailConfig) -> str:
    if mail.password_file is None:
        if not (password := os.environ.get(PASSWORD, "")):
            raise InputError(
                f"{mail.where}: user {mail.user!r} has no password: give password_file, or {PASSWORD}"
            )
        return password
    path = config.beside(mail.password_file)
    try:
        with open(path, encoding="utf-8") as file:
            password = file.read(_MOST_PASSWORD).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{mail.where}: password_file {path}: cannot be read: {error}") from error
    if not password:
        raise InputError(f"{mail.where}: password_file {path}: is empty")
    return password


class _Writing:
    """Messages of mails."""

    def __init__(self, config: StationConfig, mail: MailConfig, store: Store, papers: FaxPapers) -> None:
        self._mail = mail
        self._office = config.office
        self._boxes = {box.name: box for box in config.fax_boxes}
        self._zone = ZoneInfo(config.office.timezone)
        self._usual = "zh" if config.office.language.startswith("zh") else "en"
        self._store = store
        self._papers = papers

    async def message(self, mail: Mail) -> EmailMessage:
        """CtiError: its fax is not there."""
        letter = await (self._came(mail.fax) if mail.kind is MailKind.RECEIVED else self._ended(mail.fax))
        number, name = f"{mail.fax}.{mail.id}", self._office.name or "ctidrv"
        at = mail.created.astimezone(self._zone)
        return compose(letter, self._mail.sender, name, mail.address, number, at)

    async def _came(self, id: str) -> Letter:
        fax = await asyncio.to_thread(self._store.faxes.kept_received, id)
        if fax is None:
            raise InputError(f"no received fax {id!r}")
        box = self._boxes.get(fax.box) or FaxBoxConfig(fax.box)
        language = box.language or self._usual
        subject, lines = letters.came(fax, fax.started.astimezone(self._zone), language)
        make = self._received_file(fax, box.form)
        return await self._with_pages(subject, lines, language, id, box.form, make)

    async def _ended(self, id: str) -> Letter:
        kept = await asyncio.to_thread(self._store.faxes.kept_job, id)
        if kept is None:
            raise InputError(f"no fax {id!r}")
        confirmed = sum(page.state is PageState.CONFIRMED for page in kept.pages)
        at = kept.job.ended or kept.job.created
        subject, lines = letters.ended(kept.job, confirmed, at.astimezone(self._zone), self._usual)
        if kept.job.batch != kept.job.id:  # one of many: whoever sent them has the document
            return Letter(subject, lines)
        make = self._papers.sent_file(kept.job, "pdf")
        return await self._with_pages(subject, lines, self._usual, id, "pdf", make)

    async def _received_file(self, fax: ReceivedFax, form: str) -> bytes:
        if form == "tiff":
            return await asyncio.to_thread(_read, Path(fax.path))
        return await self._papers.received_file(Path(fax.path), form)

    async def _with_pages(
        self, subject: str, lines: list[str], language: str, name: str, form: str, make: Awaitable[bytes]
    ) -> Letter:
        """A letter goes also where the pages cannot be had, and says so."""
        try:
            data = await make
        except CtiError as error:
            return Letter(subject, [*lines, letters.without_pages(str(error), language)])
        return Letter(subject, lines, [Enclosed(f"{name}.{_SUFFIX[form]}", FORMS[form][0], data)])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror or error}") from error
