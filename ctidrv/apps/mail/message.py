"""An e-mail as a message (RFC 5322, RFC 2045). Its texts may come from anywhere: a file's name, what a fax
machine calls itself; none of them can become a header or a second line of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

_MOST_LINE = 200


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes with it; `media`: such as application/pdf."""

    name: str
    media: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    lines: Sequence[str]
    enclosed: Sequence[Enclosed] = ()


def one_line(text: str) -> str:
    """What can be printed of it in one line. The beginning of an encoded word (RFC 2047) is broken: Python's
    `email` would decode it, line ends too."""
    whole = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(whole.replace("=?", "= ?").split())[:_MOST_LINE]


def compose(letter: Letter, sender: str, name: str, to: str, number: str, at: datetime) -> EmailMessage:
    """`sender`, `to`: addresses; `name`: of the sender; `number`: the same whenever this letter is sent
    again, so that who gets it twice can tell."""
    user, _, domain = sender.rpartition("@")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(name), user, domain)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = at
    message["Message-ID"] = f"<{number}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
    message.set_content("\n".join(map(one_line, letter.lines)) + "\n")
    for each in letter.enclosed:
        kind, _, form = each.media.partition("/")
        message.add_attachment(each.data, maintype=kind, subtype=form, filename=one_line(each.name))
    return message
