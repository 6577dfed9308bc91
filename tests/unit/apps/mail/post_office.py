"""An SMTP server (aiosmtpd) that keeps what it takes, and answers as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import email
import socket
import ssl
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

VECTORS = Path(__file__).parents[3] / "vectors" / "mail"
AUTHORITY = VECTORS / "server.pem"


def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(AUTHORITY, VECTORS / "server-key.pem")
    return made


class PostOffice:
    """`answers`: to MAIL, RCPT and DATA in the place of its own; `may_take`: cleared, it takes a mail and
    says nothing until it is set."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.taken: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.asked = 0
        self.may_take = threading.Event()
        self.may_take.set()
        self.has_data = threading.Event()

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked += 1
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.has_data.set()
        await asyncio.to_thread(self.may_take.wait, 60)
        if "DATA" in self.answers:
            return self.answers["DATA"]
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 taken"


def _known(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    good = isinstance(given, LoginPassword) and (given.login, given.password) == (b"fax", b"secret")
    return AuthResult(success=good, handled=False)


@contextlib.contextmanager
def opened(office: PostOffice, tls: str = "none", *, login: bool = False, port: int = 0) -> Iterator[int]:
    """Its port, while it is open."""
    more: dict[str, Any] = {}
    if login:
        more = {"authenticator": _known, "auth_required": True, "auth_require_tls": tls == "starttls"}
    if tls == "starttls":
        more |= {"tls_context": context(), "require_starttls": True}
    control = Controller(
        office,
        hostname="127.0.0.1",
        port=port or free_port(),
        ssl_context=context() if tls == "tls" else None,
        **more,
    )
    control.start()
    try:
        yield control.port
    finally:
        office.may_take.set()
        control.stop()


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextlib.contextmanager
def strange(*said: bytes) -> Iterator[int]:
    """A server that says each of these after what it has heard, and then nothing; it closes at b""."""
    listening = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            held.append(connection)
            for number, each in enumerate(said):
                if number:
                    connection.recv(4096)
                if not each:
                    connection.close()
                connection.sendall(each)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        listening.close()
        for connection in held:
            connection.close()
        thread.join()
