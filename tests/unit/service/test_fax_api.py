"""Faxes by the API and its client: a real desk and queue, whose sender does as it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.fax.records import ReceivedFax
from ctidrv.cli import main
from ctidrv.errors import FieldError, InputError, NotThere, ServiceError
from ctidrv.service.client import StationClient

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    file = tmp_path / "letter.txt"
    file.write_text("one\ntwo\nthree\n", encoding="utf-8")
    return file


@pytest.fixture
def desk(served: Any) -> Any:
    served.call_soon(lambda: served.station.fax_desk.start(()))
    yield served.station.fax_line
    served.run(served.station.fax_desk.close())


def until(client: StationClient, fax: str, so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for _ in range(500):
        if so(row := client.fax(fax)):
            return row
    raise AssertionError(row)


def until_over(client: StationClient, fax: str) -> dict[str, Any]:
    return until(client, fax, lambda row: row["state"] in ("sent", "failed", "stopped"))


def test_a_document_is_kept_and_sent(client, desk, folder, letter):
    (queued,) = client.send_fax(letter, ["(212) 555-0123"])
    assert (queued["pages"], queued["e164"], queued["priority"]) == (3, "+12125550123", 5)
    row = until_over(client, queued["id"])
    assert (row["state"], row["confirmed"], row["error"]) == ("sent", 3, None)
    assert [page["state"] for page in row["page_states"]] == ["confirmed"] * 3
    copy = Path(row["path"])
    assert folder.root in copy.parents
    assert copy.read_bytes() == letter.read_bytes()
    assert row["facts"][-1]["data"]["sha256"] == row["sha256"]
    assert client.faxes(state="sent")[0]["name"] == "letter.txt"


def test_one_document_goes_to_many_numbers_and_to_each_once(client, desk, letter):
    rows = client.send_fax(letter, ["2125550123", "+1 212 555 0123", "2125550124"], priority=None)
    assert [row["priority"] for row in rows] == [7, 7]
    assert len({row["batch"] for row in rows}) == len({row["path"] for row in rows}) == 1
    assert {until_over(client, row["id"])["state"] for row in rows} == {"sent"}
    assert [number for number, _ in desk.sent] == ["2125550124", "+1 212 555 0123"] or len(desk.sent) == 2
    assert len(client.faxes(batch=rows[0]["batch"])) == 2


@pytest.mark.parametrize(
    ("numbers", "more", "error", "words"),
    [
        (["0900 hello"], {}, InputError, "is no number to dial"),
        (["2125550123", "911"], {}, InputError, "911 is an emergency number: no fax goes there"),
        (["2125550123", "+44 20 7946 0000"], {}, ServiceError, "calls abroad are not on the list"),
        (["2125550123"], {"line": "sim/7"}, ServiceError, "sim/7: no line for faxes is there"),
        (["2125550123"], {"hours": "8-20"}, InputError, "hours '8-20' must be as 08:00-20:00"),
        (["2125550123"], {"tries": 99}, InputError, "tries"),
        (["2125550123"], {"priority": 0}, InputError, "priority"),
        (["2125550123"], {"due": "tomorrow"}, InputError, "due"),
        ([], {}, InputError, "numbers"),
    ],
)
def test_a_fax_that_cannot_be_is_refused_whole_and_leaves_nothing(
    client, desk, folder, letter, numbers, more, error, words
):
    with pytest.raises(error, match=words.replace("(", r"\(")):
        client.send_fax(letter, numbers, **more)
    assert client.faxes() == []
    assert [path for path in folder.root.rglob("faxes/**/*") if path.is_file()] == []


def test_a_cover_page_is_one_page_more_and_is_kept_with_the_fax(client, desk, letter):
    asked = {"to": "李梅", "subject": "Order 7", "note": "two lines\nof it", "language": "zh"}
    (queued,) = client.send_fax(letter, ["2125550123"], cover=asked)
    assert queued["cover"] == {"sender": "", **asked}
    row = until_over(client, queued["id"])
    assert (row["state"], row["pages"], row["confirmed"]) == ("sent", 4, 4)
    assert client.send_fax(letter, ["2125550123"])[0]["cover"] is None


@pytest.mark.parametrize(
    ("cover", "words"),
    [
        ({"to": "x" * 201}, "cover.to"),
        ({"note": "x" * 4001}, "cover.note"),
        ({"language": "fr"}, "cover.language"),
        ({"from": "x"}, "cover.from"),
        ({"note": "x" * 3500}, "cover page: the note is too long"),
    ],
)
def test_a_cover_page_that_will_not_do_is_refused_and_leaves_nothing(
    client, desk, folder, letter, cover, words
):
    with pytest.raises(InputError, match=words):
        client.send_fax(letter, ["2125550123"], cover=cover)
    assert client.faxes() == []
    assert [path for path in folder.root.rglob("faxes/**/*") if path.is_file()] == []


def test_who_wants_to_be_told_is_refused_where_the_station_sends_no_mail(client, desk, folder, letter):
    with pytest.raises(InputError, match=r"station\.toml has no \[mail\]"):
        client.send_fax(letter, ["2125550123"], mail_to="li@example.com")
    assert client.faxes() == []


@pytest.mark.parametrize(
    "address", ["li", "li@example.com\nBcc: a@b", "a@b, c@d", "<a@b>", "a@" + "b" * 300, ""]
)
def test_what_is_no_address_is_refused(client, desk, letter, address):
    with pytest.raises(InputError, match="mail_to"):
        client.send_fax(letter, ["2125550123"], mail_to=address)


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"mail_to": "nobody@"}, "mail_to", "'nobody@' must be one address, such as desk@example.com"),
        ({"priority": 0}, "priority", "0 must be at least 1"),
        ({"tries": 100}, "tries", "100 must be at most 20"),
        (
            {"due": "2020-01-01T00:00"},
            "due",
            "'2020-01-01T00:00' must be a time with its zone, such as 2027-03-08T18:00:00+08:00",
        ),
        (
            {"due": "yesterday"},
            "due",
            "'yesterday' must be a time with its zone, such as 2027-03-08T18:00:00+08:00",
        ),
        ({"cover": {"to": "x" * 201}}, "cover.to", "has too many characters: at most 200"),
    ],
)
def test_a_field_that_will_not_do_is_named_with_what_is_to_be_written(
    client, desk, letter, more, field, words
):
    with pytest.raises(FieldError) as refused:
        client.send_fax(letter, ["2125550123"], **more)
    assert (refused.value.field, refused.value.words) == (field, words)
    assert str(refused.value) == f"{field}: {words}"


@pytest.mark.parametrize("box", ["../x", "", "front desk", "x" * 65])
def test_who_waits_for_a_fax_names_a_box_as_menus_do(client, box):
    words = r"must be a box's name: letters, digits, - and _, at most 64$"
    with (
        pytest.raises(FieldError, match=f"^box: .* {words}"),
        client.receive_fax("sim/1", box=box, holder="me"),
    ):
        pass


def test_how_it_ended_is_queued_for_who_wants_to_be_told(served, client, desk, letter):
    served.station.fax_desk._mails = True
    (row,) = client.send_fax(letter, ["2125550123"], mail_to="li@example.com")
    assert row["mail_to"] == "li@example.com"
    until_over(client, row["id"])
    mail = until(client, row["id"], lambda row: row["mail"] is not None)["mail"]
    assert (mail["state"], mail["tries"], mail["error"]) == ("queued", 0, None)


def test_a_document_that_has_no_pages_is_named_as_it_was_given(client, desk, folder, tmp_path):
    (tmp_path / "empty.txt").touch()
    with pytest.raises(InputError, match=r"^empty\.txt: is empty"):
        client.send_fax(tmp_path / "empty.txt", ["2125550123"])
    with pytest.raises(InputError, match="there is no such file"):
        client.send_fax(tmp_path / "none.txt", ["2125550123"])
    assert [path for path in folder.root.rglob("faxes/**/*") if path.is_file()] == []


def test_a_fax_waits_for_its_time_and_is_stopped_and_sent_again(client, desk, letter):
    due = datetime.now(UTC) + timedelta(days=1)
    (row,) = client.send_fax(letter, ["2125550123"], due=due.isoformat())
    assert client.stop_fax(row["id"])["state"] == "stopped"
    with pytest.raises(ServiceError, match="is stopped: there is nothing to stop"):
        client.stop_fax(row["id"])
    assert desk.sent == []
    again = client.retry_fax(row["id"])
    assert again["state"] in ("queued", "sending", "sent")
    assert (again["cause"], again["error"]) in ((None, None), ("sent", None))
    assert until_over(client, row["id"])["state"] == "sent"
    with pytest.raises(ServiceError, match="nothing to repeat"):
        client.retry_fax(row["id"])


def test_a_fax_on_its_way_hangs_up_when_it_is_stopped(client, desk, letter):
    desk.refuses = {2}
    (row,) = client.send_fax(letter, ["2125550123"])
    until(client, row["id"], lambda row: row["confirmed"] == 1)
    assert client.stop_fax(row["id"])["state"] == "stopped"
    shown = client.fax(row["id"], lang="zh")
    assert [page["state"] for page in shown["page_states"]] == ["confirmed", "not-confirmed", "not-sent"]
    assert shown["error"] == "已由操作员停止"
    desk.refuses = set()
    client.retry_fax(row["id"])
    assert until_over(client, row["id"])["confirmed"] == 3
    assert desk.sent == [("2125550123", (1, 2, 3)), ("2125550123", (2, 3))]


def test_a_fax_whose_document_is_gone_is_not_sent_again(served, client, desk, letter):
    desk.refuses = {1}
    served.call_soon(desk.let.set)
    (row,) = client.send_fax(letter, ["2125550123"])
    failed = until_over(client, row["id"])
    assert failed["error"] == "the far end cannot receive this fax (no DIS)"
    Path(row["path"]).unlink()
    with pytest.raises(InputError, match="its document is gone"):
        client.retry_fax(row["id"])


@pytest.mark.parametrize("ask", ["fax", "stop_fax", "retry_fax", "received_document"])
def test_a_fax_that_is_not_there_is_said(client, desk, ask):
    with pytest.raises(NotThere, match=r"no (received )?fax 'none'"):
        getattr(client, ask)("none")


def test_a_fax_that_came_is_read_from_its_box_and_that_is_written_down(served, client, folder):
    path = folder.received_fax(START, "r1")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"II*\0")
    served.station.store.faxes.put_received(
        ReceivedFax("r1", "office", "sim/1", START, str(path), "ab" * 32, 2, 0)
    )
    served.station.store.faxes.put_received(
        ReceivedFax("r2", "office", "sim/1", START, str(path) + ".gone", "ab" * 32, 2, 0)
    )
    served.station.store.writer.flush(10)
    assert [(box["box"], box["faxes"], box["new"]) for box in client.fax_boxes()] == [("office", 2, 2)]
    assert client.received_document("r1") == b"II*\0"
    with pytest.raises(ServiceError, match="the file of fax r2 is missing"):
        client.received_document("r2")
    assert [row["id"] for row in client.received_faxes(state="new")] == ["r2"]
    served.station.store.writer.flush(10)
    assert [fact["kind"] for fact in served.station.store.faxes.received_one("r1")["facts"]] == [
        "made",
        "read",
    ]


@pytest.mark.parametrize(("ask", "words"), [("stop_fax", "stop"), ("retry_fax", "send again")])
def test_a_fax_that_came_is_there_and_has_nothing_to_stop_or_to_send(
    served, client, desk, folder, ask, words
):
    path = str(folder.received_fax(START, "r1"))
    served.station.store.faxes.put_received(
        ReceivedFax("r1", "office", "sim/1", START, path, "ab" * 32, 1, 0)
    )
    served.station.store.writer.flush(10)
    with pytest.raises(ServiceError, match=f"^fax r1 is one that came: there is nothing to {words}$") as said:
        getattr(client, ask)("r1")
    assert not isinstance(said.value, NotThere)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--mail-to", "nobody"), "--mail-to: 'nobody' must be one address, such as desk@example.com"),
        (("--priority", "0"), "--priority: 0 must be at least 1"),
        (("--tries", "0"), "--tries: 0 must be at least 1"),
        (("--due", "yesterday"), "--due: 'yesterday' must be a time with its zone, such as 2027-03-08T18:0"),
        (("--cover", "x" * 201), "--cover: has too many characters: at most 200"),
        (("--cover", "x", "--cover-note", "x" * 4001), "--cover-note: has too many characters: at most 4000"),
        (("--number", "1" * 65), "--number: has too many characters: at most 64"),
    ],
)
def test_the_command_names_the_option_that_will_not_do(client, desk, folder, letter, capsys, given, said):
    data = ("--data", str(folder.root))
    assert main(["fax", "queue", str(letter), "--number", "2125550123", *given, *data]) == 2
    assert capsys.readouterr().err.startswith(f"ctidrv: {said}")
    assert client.faxes() == []


@pytest.mark.parametrize("what", ["stop", "retry", "show"])
def test_an_id_that_is_none_s_is_exit_2_of_each_command(client, desk, folder, capsys, what):
    assert main(["fax", what, "none", "--data", str(folder.root)]) == 2
    assert capsys.readouterr().err.startswith("ctidrv: no fax 'none'")
