"""One e-mail to one server (RFC 5321; STARTTLS RFC 3207, AUTH RFC 4954), with an end in any case.

What goes wrong is an outcome, no exception.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from ctidrv.apps.mail.message import one_line

STEP_S, WHOLE_S = 30.0, 300.0
"""The server may take so long for one answer, and for all of it."""
_NAME = "[127.0.0.1]"
"""As we greet: an office's computer has no name that a server could look up (RFC 5321, 4.1.3)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """`tls`: starttls, tls (from the first byte on) or none; `authority`: certificates that are trusted
    beside the system's."""

    host: str
    port: int
    tls: str = "starttls"
    user: str = ""
    password: str = ""
    authority: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`taken`: the server has it. Else `final`: it would be the same again; `server`: it is the server's
    trouble, or that of how we are let in, and no other mail would fare better. `words`: one line."""

    taken: bool
    words: str = ""
    final: bool = False
    server: bool = False


class Delivery:
    """`run` once, in a thread; `abort` ends it from another one."""

    def __init__(
        self, server: MailServer, message: EmailMessage, *, step_s: float = STEP_S, whole_s: float = WHOLE_S
    ) -> None:
        self._server = server
        self._message = message
        self._step_s = step_s
        self._whole_s = whole_s
        self._smtp: smtplib.SMTP | None = None
        self._ended: str | None = None
        """Why we ended it ourselves."""

    def run(self) -> Outcome:
        watch = threading.Timer(self._whole_s, self._end, (f"took more than {self._whole_s:g} s",))
        watch.daemon = True
        watch.start()
        try:
            return self._run()
        finally:
            watch.cancel()

    def abort(self) -> None:
        """Whether the server has it is not known then, and it goes once more."""
        self._end("the station is stopped")

    def _end(self, why: str) -> None:
        self._ended = self._ended or why
        smtp = self._smtp
        if smtp is not None and smtp.sock is not None:
            with contextlib.suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)

    def _run(self) -> Outcome:
        where = f"{self._server.host}:{self._server.port}"
        try:
            with contextlib.closing(self._connect()) as smtp:
                self._let_in(smtp)
                return self._hand_over(smtp)
        except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: a name that is none
            return Outcome(False, f"{where}: {self._ended or _said(error)}", server=True)

    def _connect(self) -> smtplib.SMTP:
        """smtplib's own ways make and secure the connection out of our sight, where no `_end` reaches it."""
        server = self._server
        self._smtp = smtp = smtplib.SMTP(timeout=self._step_s, local_hostname=_NAME)
        smtp.sock = socket.create_connection((server.host, server.port), self._step_s)
        try:
            if self._ended is not None:
                raise TimeoutError
            if server.tls == "tls":
                self._secure(smtp)
            code, text = smtp.getreply()
            if code != 220:
                raise smtplib.SMTPConnectError(code, text)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _secure(self, smtp: smtplib.SMTP) -> None:
        context = ssl.create_default_context()
        if self._server.authority is not None:
            context.load_verify_locations(self._server.authority)
        assert smtp.sock is not None
        secure = context.wrap_socket(
            smtp.sock, server_hostname=self._server.host, do_handshake_on_connect=False
        )
        smtp.sock, smtp.file = secure, None
        secure.do_handshake()

    def _let_in(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._server.tls == "starttls":
            code, text = smtp.docmd("STARTTLS")
            if code != 220:
                raise smtplib.SMTPResponseException(code, text)
            self._secure(smtp)
            smtp.ehlo()  # what it said before counts no more (RFC 3207, 4.2)
        if self._server.user:
            smtp.login(self._server.user, self._server.password)

    def _hand_over(self, smtp: smtplib.SMTP) -> Outcome:
        try:
            smtp.send_message(self._message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return Outcome(False, _answer(code, text), final=code >= 500)
        except smtplib.SMTPSenderRefused as error:
            # Who we are is the server's affair, how large this mail is is not (RFC 1870, 6.3: 552).
            large = error.smtp_code == 552
            return Outcome(False, _answer(error.smtp_code, error.smtp_error), final=large, server=not large)
        except smtplib.SMTPDataError as error:
            return Outcome(False, _answer(error.smtp_code, error.smtp_error), final=error.smtp_code >= 500)
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()  # it has it, whatever it says now
        return Outcome(True)


def _answer(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{code} {said}")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError):
        return "gave no answer in time"
    return one_line(getattr(error, "strerror", None) or str(error) or type(error).__name__)
