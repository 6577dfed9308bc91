from __future__ import annotations

import asyncio
import json
import sqlite3
import threading

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ctidrv.errors import ServiceError
from ctidrv.service import hub
from ctidrv.service.client import StationClient


def publish(served, *seqs: int) -> None:
    served.call_soon(lambda: [served.station.publish(seq) for seq in seqs])


def test_events_come_in_order_with_the_fields_of_the_contract(served, client):
    with client.events() as stream:
        served.run(settled(served, 1))
        publish(served, 1, 2, 3)
        events = [stream.next(10) for _ in range(3)]
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert events[0] == {
        "seq": 1,
        "type": "call.ring",
        "at": 0.02,
        "wall": "2026-03-02T09:00:00.000000+00:00",
        "call": "c1",
        "port": "sim/1",
        "count": 1,
    }


async def settled(served, listeners: int) -> None:
    """Returns when so many streams listen."""
    hub = served.station.hub
    for _ in range(1000):
        if len(hub._listeners) >= listeners:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody listens")


def test_stream_with_since_replays_and_goes_on_without_gap_or_repeat(served, client):
    publish(served, *range(1, 2501))
    with client.events(since=10) as stream:
        first = stream.next(10)
        publish(served, 2501, 2502)
        seqs = [first["seq"], *(stream.next(10)["seq"] for _ in range(2491))]
    assert seqs == list(range(11, 2503))


def test_two_streams_get_the_same(served, client):
    with client.events() as one, client.events(since=0) as other:
        served.run(settled(served, 2))
        publish(served, 1, 2)
        assert [one.next(10)["seq"] for _ in range(2)] == [other.next(10)["seq"] for _ in range(2)] == [1, 2]


def test_event_is_told_only_when_it_is_on_the_disk(served, client):
    with client.events() as stream:
        served.run(settled(served, 1))
        other = sqlite3.connect(served.folder.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        publish(served, 1)
        with pytest.raises(TimeoutError):
            stream.next(0.3)
        other.execute("ROLLBACK")
        other.close()
        assert stream.next(20)["seq"] == 1


def test_stream_ends_when_the_station_stops(served, client):
    with client.events() as stream:
        served.run(settled(served, 1))
        publish(served, 1)
        served.run(served.station.hub.close())
        assert [event["seq"] for event in stream] == [1]


def test_stream_closed_from_another_thread_ends(served, client):
    stream = client.events()
    ended = threading.Event()

    def read() -> None:
        for _ in stream:
            pass
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    stream.close()
    assert ended.wait(10)
    reader.join()


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_stream_without_the_token_is_refused(served, headers):
    address = served.url.replace("http", "ws") + "/api/v1/events"
    with pytest.raises(InvalidStatus) as caught:
        connect(address, additional_headers=headers, proxy=None)
    assert caught.value.response.status_code == 403


def test_client_tells_in_one_line_that_its_token_is_wrong(served):
    with StationClient(served.url, "wrong") as stranger, pytest.raises(ServiceError, match="token is not"):
        stranger.events()


def test_listener_that_does_not_read_is_cut_off_and_others_go_on(monkeypatch):
    monkeypatch.setattr(hub, "WAITING", 3)
    slow = hub.Listener()
    for seq in range(5):
        slow.offer({"seq": seq})
    assert slow.cut_off

    async def read() -> None:
        assert await slow.get() is None

    asyncio.run(read())


def test_what_a_client_sends_is_ignored(served, client):
    address = served.url.replace("http", "ws") + "/api/v1/events"
    headers = {"Authorization": f"Bearer {served.station.token}"}
    with connect(address, additional_headers=headers, proxy=None) as socket:
        socket.send("x" * 1000)
        socket.send(b"\xff")
        served.run(settled(served, 1))
        publish(served, 1)
        assert json.loads(socket.recv(10))["seq"] == 1


def test_bad_since_is_refused(served):
    address = served.url.replace("http", "ws") + "/api/v1/events?since=x"
    headers = {"Authorization": f"Bearer {served.station.token}"}
    with pytest.raises(InvalidStatus):
        connect(address, additional_headers=headers, proxy=None)
