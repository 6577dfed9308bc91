"""E-mails as messages: what comes from outside is text in them and nothing else."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import default

import pytest

from ctidrv.apps.mail.message import Enclosed, Letter, compose, one_line

AT = datetime(2026, 3, 2, 17, 0, tzinfo=timezone(timedelta(hours=8)))


def made(letter: Letter, name: str = "Lotus Tea") -> EmailMessage:
    """As its reader has it."""
    sent = compose(letter, "fax@example.com", name, "desk@example.com", "fax-1.7", AT)
    read = email.message_from_bytes(sent.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def test_a_letter_has_what_a_reader_and_a_robot_need() -> None:
    read = made(Letter("来自 95588 的传真，2 页", ["信箱：office", "页数：2"]), "莲花茶业")
    assert read["Subject"] == "来自 95588 的传真，2 页"
    assert str(read["From"]) == "莲花茶业 <fax@example.com>"
    assert read["To"] == "desk@example.com"
    assert read["Message-ID"] == "<fax-1.7@example.com>"
    assert read["Date"].datetime == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert read["Auto-Submitted"] == "auto-generated"
    assert read.get_content().splitlines() == ["信箱：office", "页数：2"]


def test_a_file_comes_out_as_it_went_in() -> None:
    data = bytes(range(256)) * 40
    read = made(Letter("s", ["l"], [Enclosed("fax-1.pdf", "application/pdf", data)]))
    (file,) = read.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("fax-1.pdf", "application/pdf")
    assert file.get_content() == data


HOSTILE = [
    "a\r\nBcc: all@example.com",
    "a\nBcc: all@example.com\n\nbody",
    "a\u2028Bcc: all@example.com",
    "a\x0bBcc:\x00 all@example.com",
    "=?utf-8?q?a=0ABcc=3A_all?= x",
    "=\r?utf-8?q?a=0ABcc=3A_all?= x",
    "=?utf-8?b?YQpCY2M6IGFsbA==?=",
    '"><script>, "x" <all@example.com>',
    "x" * 100_000,
    "\ud800",
    "../../etc/passwd\r\n.\r\nMAIL FROM:<x>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_no_header_and_no_address(text: str) -> None:
    enclosed = Enclosed(text, "application/pdf", b"%PDF")
    read = made(Letter(text, [text, "last"], [enclosed]), text)
    assert read["Bcc"] is None
    assert [header.casefold() for header in read] == [
        *("from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"),
    ]
    assert [address.addr_spec for address in read["From"].addresses] == ["fax@example.com"]
    assert [address.addr_spec for address in read["To"].addresses] == ["desk@example.com"]
    assert len(read["Subject"]) <= 200
    body = read.get_body()
    assert body is not None
    assert body.get_content().splitlines()[-1] == "last"
    (file,) = read.iter_attachments()
    assert file.get_content() == b"%PDF"


def test_one_line_is_one_line() -> None:
    assert one_line(" a\r\n\tb\u2029c\x1b[31m \u200e") == "a b c [31m"
