"""E-mails to a real server, which takes them, refuses them, says nothing, or is not there."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from post_office import AUTHORITY, PostOffice, free_port, opened, strange

from ctidrv.apps.mail.delivery import Delivery, MailServer, Outcome
from ctidrv.apps.mail.message import Letter, compose


def letter() -> Any:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    return compose(Letter("传真", ["."]), "fax@example.com", "Lotus Tea", "desk@example.com", "fax-1.1", at)


def sent(port: int, tls: str = "none", *, step_s: float = 5.0, whole_s: float = 20.0, **more: Any) -> Outcome:
    host = more.pop("host", "127.0.0.1")
    server = MailServer(host, port, tls, authority=more.pop("authority", AUTHORITY), **more)
    return Delivery(server, letter(), step_s=step_s, whole_s=whole_s).run()


@pytest.mark.parametrize("tls", ["none", "starttls", "tls"])
def test_a_mail_is_taken_over_every_kind_of_connection(tls: str) -> None:
    office = PostOffice()
    with opened(office, tls) as port:
        assert sent(port, tls) == Outcome(True)
    assert office.envelopes == [("fax@example.com", ["desk@example.com"])]
    assert office.taken[0]["Subject"] == "传真"
    assert office.taken[0].get_content() == ".\r\n"  # a line of one dot ends no mail


def test_who_has_to_log_in_does() -> None:
    office = PostOffice()
    with opened(office, "starttls", login=True) as port:
        assert sent(port, "starttls", user="fax", password="secret") == Outcome(True)
        refused = sent(port, "starttls", user="fax", password="wrong")
    assert (refused.taken, refused.final, refused.server) == (False, False, True)
    assert "535" in refused.words
    assert "wrong" not in refused.words
    assert len(office.taken) == 1


def test_a_password_goes_to_no_server_whose_certificate_nobody_trusts() -> None:
    office = PostOffice()
    for tls in ("starttls", "tls"):
        with opened(office, tls) as port:
            refused = sent(port, tls, authority=None, user="fax", password="secret")
        assert (refused.taken, refused.final, refused.server) == (False, False, True)
        assert "certificate verify failed" in refused.words
    assert office.asked == 0


def test_a_certificate_of_another_name_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    real = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda where, *more: real(("127.0.0.1", where[1]), *more)
    )
    with opened(PostOffice(), "tls") as port:
        assert sent(port, "tls", host="localhost").taken
        assert "certificate verify failed" in sent(port, "tls", host="mail.example.com").words


def test_a_server_without_starttls_is_told_nothing_more() -> None:
    office = PostOffice()
    with opened(office, "none") as port:
        refused = sent(port, "starttls")
    assert (refused.taken, refused.server, office.asked) == (False, True, 0)


@pytest.mark.parametrize(
    ("command", "answer", "final", "server"),
    [
        ("RCPT", "550 no such user", True, False),
        ("RCPT", "451 greylisted, come again", False, False),
        ("DATA", "554 we take no faxes", True, False),
        ("DATA", "452 disk full", False, False),
        ("MAIL", "530 who are you", False, True),
        ("MAIL", "421 too many connections", False, True),
        ("MAIL", "552 too large", True, False),
    ],
)
def test_what_a_server_refuses_is_known_for_good_or_for_now(
    command: str, answer: str, final: bool, server: bool
) -> None:
    office = PostOffice()
    office.answers[command] = answer
    with opened(office) as port:
        outcome = sent(port)
    assert (outcome.taken, outcome.final, outcome.server) == (False, final, server)
    assert answer in outcome.words
    assert office.taken == []


def test_a_server_that_is_not_there_is_its_own_trouble() -> None:
    port = free_port()
    outcome = sent(port)
    assert (outcome.taken, outcome.final, outcome.server) == (False, False, True)
    assert outcome.words == f"127.0.0.1:{port}: Connection refused"


def test_a_name_that_is_none_is_told() -> None:
    outcome = sent(25, host="no-such-host.invalid")
    assert (outcome.taken, outcome.server) == (False, True)
    assert outcome.words.startswith("no-such-host.invalid:25: ")


@pytest.mark.parametrize(
    "said",
    [
        (),  # it takes the connection and says nothing
        (b"",),
        (b"no smtp at all\r\n", b""),
        (b"554 go away\r\n",),
        (b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b""),
        (b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"),
        (b"220 " + b"x" * 100_000,),
    ],
)
def test_a_server_that_is_strange_or_falls_silent_is_left_and_told(said: tuple[bytes, ...]) -> None:
    with strange(*said) as port:
        outcome = sent(port, step_s=0.2)
    assert (outcome.taken, outcome.final, outcome.server) == (False, False, True)
    assert outcome.words.startswith(f"127.0.0.1:{port}: ")
    assert "\n" not in outcome.words


def test_a_server_that_is_slow_without_end_is_left() -> None:
    office = PostOffice()
    office.may_take.clear()
    with opened(office) as port:
        outcome = sent(port, whole_s=0.5)
    assert (outcome.taken, outcome.server) == (False, True)
    assert outcome.words == f"127.0.0.1:{port}: took more than 0.5 s"


def test_an_aborted_delivery_ends_at_once_and_is_not_told_as_taken() -> None:
    office = PostOffice()
    office.may_take.clear()
    with opened(office) as port:
        delivery = Delivery(MailServer("127.0.0.1", port, "none"), letter())
        told: list[Outcome] = []
        thread = threading.Thread(target=lambda: told.append(delivery.run()))
        thread.start()
        assert office.has_data.wait(10)
        delivery.abort()
        thread.join(10)
    assert [(outcome.taken, outcome.words) for outcome in told] == [
        (False, f"127.0.0.1:{port}: the station is stopped")
    ]
