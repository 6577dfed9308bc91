from __future__ import annotations

import json
import sqlite3
import threading
from typing import Any

import httpx
import pytest

from ctidrv.cli import main
from ctidrv.errors import InputError, ServiceError
from ctidrv.service.api import MAX_BODY
from ctidrv.service.client import StationClient


def ask(served, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {served.station.token}", **more.pop("headers", {})}
    return httpx.request(method, served.url + path, headers=headers, trust_env=False, **more)


@pytest.mark.parametrize(
    "path", ["station", "calls", "calls/c1/picture", "recordings/r1/audio", "messages/m1/audio", "customers"]
)
def test_request_without_the_token_is_refused(served, path):
    for given in (None, "", "Bearer", "Bearer wrong", "Basic {}", "bearer {}", "Bearer {}x"):
        headers = {} if given is None else {"Authorization": given.format(served.station.token)}
        answer = httpx.get(f"{served.url}/api/v1/{path}", headers=headers, trust_env=False)
        assert answer.status_code == 401, given
        assert "token" in answer.json()["message"]


def test_every_route_but_the_schema_asks_for_the_token(served):
    paths = httpx.get(served.url + "/openapi.json", trust_env=False).json()["paths"]
    assert len(paths) == 47
    for path, methods in paths.items():
        for method in methods:
            answer = httpx.request(
                method, served.url + path.replace("{", "").replace("}", ""), trust_env=False
            )
            assert answer.status_code == 401, (method, path)


def test_posting_without_the_token_does_nothing(served):
    served.put_story()
    assert httpx.post(served.url + "/api/v1/calls/c2/answer", trust_env=False).status_code == 401
    assert served.station.asked == []


def test_server_listens_on_loopback_only(served):
    assert served.url.startswith("http://127.0.0.1:")


def test_lists_give_rows_newest_first(served, client):
    served.put_story()
    assert [row["id"] for row in client.ports()] == ["sim/1"]
    assert [row["id"] for row in client.calls()] == ["c2", "c1"]
    assert [row["id"] for row in client.calls(limit=1)] == ["c2"]
    assert [row["id"] for row in client.calls(before="c2")] == ["c1"]
    assert [row["id"] for row in client.calls(number="138 0013 8000")] == ["c1"]
    assert [row["id"] for row in client.calls(state="alerting")] == ["c2"]
    assert {"call", "path", "sha256", "seconds", "started"} <= set(client.recordings()[0])
    assert [row["id"] for row in client.recordings(call="c1")] == ["r1"]
    assert [row["seconds"] for row in client.messages()] == [0.1]


def test_call_is_given_in_full(served, client):
    served.put_story()
    call = client.call("c1")
    assert [row["id"] for row in call["recordings"]] == ["r1"]
    assert [row["id"] for row in call["messages"]] == ["m1"]
    assert (call["legs"], call["events"], call["customer_card"]) == ([], [], None)


@pytest.mark.parametrize(
    "path",
    ["calls/none", "calls/none/picture", "recordings/none", "recordings/none/audio", "messages/none/audio"],
)
def test_what_is_not_there_is_a_404_with_a_message(served, path):
    answer = ask(served, "GET", f"/api/v1/{path}")
    assert answer.status_code == 404
    assert "'none'" in answer.json()["message"]


def test_unknown_path_is_a_404_in_json(served):
    answer = ask(served, "GET", "/api/v2/calls")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "number=12", "customer=99999999999999999999", "state=" + "x" * 300],
)
def test_bad_query_is_refused_with_one_line(served, query):
    answer = ask(served, "GET", f"/api/v1/calls?{query}")
    assert answer.status_code in (400, 422)
    assert "\n" not in answer.json()["message"]


def test_call_is_drawn_with_the_stretch_that_it_shows(served, client):
    served.put_story()
    whole = client.call_picture("c1")
    assert (whole.begin, whole.end) == (0.0, whole.length)
    assert "damaged" not in whole.svg
    part = client.call_picture("c1", begin=0.02, end=0.08, language="zh")
    assert (part.begin, part.end, part.length) == (0.02, 0.08, whole.length)
    assert "线路" in part.svg
    answer = ask(served, "GET", "/api/v1/calls/c1/picture")
    assert answer.headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("query", ["from=-1", "from=nan", "to=1e9", "lang=fr", "from=99", "from=1&to=1"])
def test_a_picture_of_no_stretch_is_refused_with_one_line(served, query):
    served.put_story()
    answer = ask(served, "GET", f"/api/v1/calls/c1/picture?{query}")
    assert answer.status_code in (400, 422)
    assert "\n" not in answer.json()["message"]


def test_pictures_wait_for_one_another_and_not_for_ever(served, client, monkeypatch):
    served.put_story()
    monkeypatch.setattr("ctidrv.service.door.PATIENCE_S", 0.2)
    begun, go_on = threading.Event(), threading.Event()

    def slowly(*_: Any) -> None:
        begun.set()
        go_on.wait(10)
        raise ServiceError("stopped")

    monkeypatch.setattr("ctidrv.service.routes_calls.draw_call", slowly)
    first = threading.Thread(target=lambda: ask(served, "GET", "/api/v1/calls/c1/picture"))
    first.start()
    assert begun.wait(10)
    assert client.ports()  # calls are served meanwhile
    with pytest.raises(ServiceError, match="other pictures are being drawn"):
        client.call_picture("c1")
    go_on.set()
    first.join(10)


def test_listening_is_written_down_before_the_audio_is_given(served, client):
    served.put_story()
    assert client.recording_audio("r1") == b"RIFFc1"
    assert client.message_audio("m1") == b"RIFFm1"
    assert [fact["kind"] for fact in served.station.store.recording("r1")["facts"]] == ["made", "listened"]
    assert [fact["kind"] for fact in served.station.store.message("m1")["facts"]] == ["made", "listened"]


def test_audio_that_cannot_be_written_down_is_not_given(served, client, monkeypatch):
    monkeypatch.setattr("ctidrv.service.door.PATIENCE_S", 0.2)
    served.put_story()
    other = sqlite3.connect(served.folder.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = ask(served, "GET", "/api/v1/recordings/r1/audio")
        assert answer.status_code == 503
        assert "taken nothing" in answer.json()["message"]
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_missing_file_is_a_404_that_names_it(served, client):
    served.put_story()
    with pytest.raises(ServiceError, match=r"missing: .*gone\.wav"):
        client.recording_audio("r2")


def test_audio_of_a_running_call_is_a_copy_of_the_moment(served, client):
    served.put_story()
    wav = served.folder.recordings / "2026" / "03" / "02" / "gone.wav"
    wav.write_bytes(b"RIFF so far")
    assert client.recording_audio("r2") == b"RIFF so far"


def test_answer_and_hang_up_reach_the_station_and_give_the_call(served, client, capsys):
    served.put_story()
    assert client.answer("c2")["state"] == "alerting"
    assert client.hang_up("c2")["id"] == "c2"
    data = ["--data", str(served.folder.root)]
    assert main(["calls", "answer", "c2", *data]) == 0
    assert main(["calls", "hangup", "c2", *data]) == 0
    assert capsys.readouterr().out == "c2 is answered\nc2 is hung up\n"
    assert served.station.asked == [("answer", "c2"), ("hang_up", "c2")] * 2


def test_talk_is_held_muted_resumed_and_sent_on(served, client, capsys):
    served.put_story()
    for ask_for in (client.hold, client.mute, client.resume):
        assert ask_for("c2")["id"] == "c2"
    assert client.transfer("c2", "08", card={"order": "1234"})["id"] == "c2"
    data = ["--data", str(served.folder.root)]
    for order in ("hold", "mute", "resume"):
        assert main(["calls", order, "c2", *data]) == 0
    assert main(["calls", "transfer", "c2", "--to", "sales", "--ring", "30", *data]) == 0
    said = "c2 is on hold c2 is muted c2 goes on c2 is sent on"
    assert " ".join(capsys.readouterr().out.split()) == said
    talks = [("held", "c2"), ("muted", "c2"), ("talking", "c2")]
    first, second = ("transfer", "c2 08 20.0 {'order': '1234'}"), ("transfer", "c2 sales 30.0 {}")
    assert served.station.asked == [*talks, first, *talks, second]


def test_op_4_a_call_is_given_to_what_is_no_seat_by_one_order(served, client, capsys, tmp_path, monkeypatch):
    served.put_story()
    assert [row["to"] for row in client.destinations("c2")] == ["box:office", "fax-send:f1"]
    assert client.transfer("c2", "ivr:hotline.ivr.yaml#end")["id"] == "c2"
    data = ["--data", str(served.folder.root)]
    assert main(["calls", "destinations", "c2", *data]) == 0
    assert "fax-send:f1" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter.pdf").write_bytes(b"%PDF")
    for to in ("box:office", "fax-receive:orders", "fax-send:f1", "fax-send:letter.pdf"):
        assert main(["calls", "transfer", "c2", "--to", to, *data]) == 0
    sent = [asked.split(" ")[1] for order, asked in served.station.asked if order == "transfer"]
    assert sent == [
        "ivr:hotline.ivr.yaml#end",
        "box:office",
        "fax-receive:orders",
        "fax-send:f1",
        f"fax-send:{tmp_path / 'letter.pdf'}",
    ]


def test_where_a_call_that_has_ended_can_go_is_not_told(served, client):
    served.put_story()
    assert ask(served, "GET", "/api/v1/calls/none/destinations").status_code == 404
    with pytest.raises(ServiceError, match="call c1 has ended"):
        client.destinations("c1")


def test_another_seat_is_consulted_and_given_the_call(served, client, capsys):
    served.put_story()
    assert client.consult("c2", "08", card={"order": "1234"})["id"] == "c2"
    for ask_for in (client.swap, client.conference, client.complete):
        assert ask_for("c2")["id"] == "c2"
    data = ["--data", str(served.folder.root)]
    assert main(["calls", "consult", "c2", "--to", "sales", "--ring", "30", *data]) == 0
    for order in ("swap", "conference", "complete"):
        assert main(["calls", order, "c2", *data]) == 0
    said = "c2 asks another seat c2 is swapped c2 is a conference c2 is given to the seat that was asked"
    assert " ".join(capsys.readouterr().out.split()) == said
    first, second = ("consult", "c2 08 20.0 {'order': '1234'}"), ("consult", "c2 sales 30.0 {}")
    then = [("swap", "c2"), ("conference", "c2"), ("complete", "c2")]
    assert served.station.asked == [first, *then, second, *then]
    assert ask(served, "POST", "/api/v1/calls/c2/consult", json={"to": ""}).status_code == 422


def test_a_call_is_parked_and_picked_up(served, client, capsys):
    served.put_story()
    assert client.park("c2") == 3
    assert client.pick_up("c2", "08")["id"] == "c2"
    data = ["--data", str(served.folder.root)]
    assert main(["calls", "park", "c2", "--within", "60", *data]) == 0
    assert main(["calls", "pickup", "c2", "--seat", "Li Mei", *data]) == 0
    assert capsys.readouterr().out == "c2 is parked at 3\nc2 is given to the seat\n"
    parked, picked = ("park", "c2 120.0"), ("pick_up", "c2 08")
    assert served.station.asked == [parked, picked, ("park", "c2 60.0"), ("pick_up", "c2 Li Mei")]


@pytest.mark.parametrize(
    "body", [{}, {"to": ""}, {"to": "08", "ring_s": 0}, {"to": "08", "card": {"a": 1}}, {"to": "08", "x": 1}]
)
def test_transfer_that_is_none_is_refused(served, client, body):
    served.put_story()
    assert ask(served, "POST", "/api/v1/calls/c2/transfer", json=body).status_code == 422
    assert ask(served, "POST", "/api/v1/calls/menu/hold").status_code == 409
    with pytest.raises(InputError, match="no such seat"):
        client.transfer("c2", "nobody")
    assert served.station.asked == []


def test_seats_are_listed_paused_and_made_ready_by_name_or_number(served, client):
    assert [seat["state"] for seat in client.seats()] == ["ready"]
    assert client.pause_seat("Li Mei")["state"] == "paused"
    assert client.ready_seat("08")["state"] == "ready"
    assert served.station.asked == [("pause", "Li Mei"), ("ready", "08")]
    with pytest.raises(ServiceError, match="no seat 'nobody'"):
        client.pause_seat("nobody")
    assert ask(served, "POST", "/api/v1/seats/nobody/ready").status_code == 404


def test_a_seat_s_telephone_is_told_of_messages_by_program_and_by_command(served, client, capsys):
    assert client.show_messages("08", 3)["number"] == "08"
    data = ["--data", str(served.folder.root)]
    assert main(["seats", "messages", "Li Mei", "0", *data]) == 0
    capsys.readouterr()
    assert served.station.asked == [("messages", "08 3"), ("messages", "Li Mei 0")]
    assert main(["seats", "messages", "08", "13", *data]) == 1
    assert capsys.readouterr().err == "ctidrv: sim/2: it cannot be told of messages\n"
    assert main(["seats", "messages", "nobody", "1", *data]) == 2
    for wrong in ({}, {"messages": 256}, {"messages": -1}, {"messages": 1, "x": 1}):
        assert ask(served, "POST", "/api/v1/seats/08/messages", json=wrong).status_code == 422


def test_seats_command_lists_pauses_and_makes_ready(served, capsys):
    data = ["--data", str(served.folder.root)]
    assert main(["seats", "list", *data]) == 0
    assert capsys.readouterr().out.split() == ["08", "Li", "Mei", "sim/2", "sales", "ready", "1.5", "s", "-"]
    served.station.seat |= {"call": "c2", "consulted": True}
    assert main(["seats", "list", *data]) == 0
    assert "c2, consulted" in capsys.readouterr().out
    assert main(["seats", "pause", "08", "--json", *data]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "paused"
    assert main(["seats", "ready", "Li Mei", *data]) == 0
    assert main(["seats", "pause", "nobody", *data]) == 2
    assert capsys.readouterr().err == "ctidrv: no seat 'nobody'\n"


def test_queues_are_told_with_who_waits(served, client, capsys):
    (queue,) = client.queues()
    assert [(waiting["call"], waiting["rings"]) for waiting in queue["waiting"]] == [
        ("c1", "Li Mei"),
        ("c2", None),
    ]
    data = ["--data", str(served.folder.root)]
    assert main(["queues", "list", *data]) == 0
    assert capsys.readouterr().out.split() == ["sales", "2", "61.5", "s", "1", "2", "c1,", "c2"]
    assert main(["queues", "list", "--json", *data]) == 0
    assert json.loads(capsys.readouterr().out) == queue


def test_a_call_is_ordered_and_its_row_comes_back(served, client):
    made = client.dial("5550001", line="sim/1", play="/tmp/reminder.wav")
    assert (made["id"], made["direction"], made["number"]) == ("c9", "out", "5550001")
    assert served.station.asked == [("dial", "5550001 sim/1 None /tmp/reminder.wav")]
    with pytest.raises(ServiceError, match="0900: not dialled"):
        client.dial("0900", script="x")
    assert ask(served, "POST", "/api/v1/calls", json={"number": "0900"}).status_code == 403
    for body in ({}, {"number": "1", "lin": "x"}, {"number": 1}, {"number": "1" * 65}):
        assert ask(served, "POST", "/api/v1/calls", json=body).status_code == 422


def test_what_the_station_refuses_is_told_in_its_words(served, client):
    with pytest.raises(ServiceError, match="in use"):
        client.answer("busy")
    assert ask(served, "POST", "/api/v1/calls/busy/answer").status_code == 409


def test_failure_inside_is_a_500_in_json_and_the_station_lives(served, client, caplog):
    answer = ask(served, "POST", "/api/v1/calls/bug/answer")
    assert answer.status_code == 500
    assert "RuntimeError" in answer.json()["message"]
    assert "boom" in caplog.text
    assert client.station()["pid"] == 1


def test_customer_added_is_found_by_any_form_of_the_number(served, client):
    added = client.add_customer("王芳", ["138 0013 8000", "95588"], company="Lotus Tea", tags=["vip"])
    assert added["numbers"] == ["+8613800138000", "95588"]
    assert client.customers(number="0086 13800138000") == [added]
    assert client.customers(text="lotus") == [added]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 201},
        {"name": "Ann", "numbers": ["none"]},
        {"name": "Ann", "numbers": ["1" * 65]},
        {"name": "Ann", "numbers": ["110"] * 51},
        {"name": "Ann", "telephone": "110"},
        {"name": 7},
        [],
    ],
)
def test_bad_customer_is_refused_and_not_added(served, client, body):
    answer = ask(served, "POST", "/api/v1/customers", json=body)
    assert answer.status_code in (400, 422)
    assert "\n" not in answer.json()["message"]
    assert client.customers() == []


@pytest.mark.parametrize("content", [b"", b"{", b'{"name": "\xff"}', b"[" * 100_000, b"null"])
def test_body_that_is_no_json_is_refused_in_one_line(served, content):
    answer = ask(
        served, "POST", "/api/v1/customers", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert "\n" not in answer.json()["message"]


def test_body_that_is_too_large_is_refused(served):
    def endless():
        for _ in range(MAX_BODY // 10_000 + 2):
            yield b" " * 10_000

    whole = ask(served, "POST", "/api/v1/customers", content=b" " * (MAX_BODY + 1))
    assert whole.status_code == 413
    piecewise = ask(served, "POST", "/api/v1/customers", content=endless())
    assert piecewise.status_code == 413
    assert "larger than" in piecewise.json()["message"]


def test_client_tells_bad_input_from_a_station_that_refuses(served, client):
    with pytest.raises(InputError, match="telephone number"):
        client.add_customer("Ann", ["none"])


def test_wrong_token_is_refused_by_the_client_in_one_line(served):
    with StationClient(served.url, "wrong") as stranger, pytest.raises(ServiceError, match="token"):
        stranger.calls()


def test_tones_of_a_line_are_heard_taught_and_forgotten(served, client):
    heard = client.listen("sim/1")
    assert heard == {"hz": [520.0], "ms": [170, 230], "level_dbm0": -14.0, "cycles": 12}
    assert client.teach("sim/1", "busy", heard)["id"] == "sim/1"
    assert client.forget_tones("sim/1") == 2
    (taught, forgotten) = served.station.asked
    assert taught[0] == "teach"
    assert taught[1].startswith("sim/1 busy LearntTone(hz=(520.0,), ms=(170, 230)")
    assert forgotten == ("forget", "sim/1")
    with pytest.raises(ServiceError, match="sim/9: no line is configured there"):
        client.listen("sim/9")


@pytest.mark.parametrize(
    "body",
    [
        {"tone": "busy", "hz": [520.0]},
        {"tone": "busy", "hz": [520.0], "level_dbm0": "loud"},
        {"tone": "busy", "hz": [1.0] * 5, "level_dbm0": -10},
        {"tone": "busy", "hz": [520.0], "ms": [1] * 17, "level_dbm0": -10},
        {"tone": "busy", "hz": [520.0], "level_dbm0": -10, "more": 1},
    ],
)
def test_tone_that_is_none_is_refused(served, body):
    assert ask(served, "PUT", "/api/v1/ports/sim/1/tones", json=body).status_code == 422
    assert served.station.asked == []
