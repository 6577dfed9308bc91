"""The live board's control door and `ctidrv sim call`, over a real loopback connection."""

import asyncio
import base64
import contextlib
import json
import sys

import pytest

from ctidrv import cli
from ctidrv.errors import InputError
from ctidrv.events import CallerIdSeen, DigitDown, RingOn, Seized, ToneOn
from ctidrv.media.wav import WavWriter
from ctidrv.units import TICK, seconds
from hwsim.control import MOST_BYTES, MOST_CLIENTS, read_plan
from hwsim.exchange import LineState


def _plan(**members):
    return json.dumps({"token": "t", **members}).encode()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "the plan is no JSON"),
        (b"{", "the plan is no JSON"),
        (b"\xff\xfe", "the plan is no JSON"),
        (b"[" * 100_000, "the plan is no JSON"),
        (b"[]", "the token is not this board's"),
        (b'{"token": "x"}', "the token is not this board's"),
        (b'{"token": ["t"]}', "the token is not this board's"),
        (b'{"token": "\\ud800"}', "the token is not this board's"),
        (_plan(to=""), "to: must be a text"),
        (_plan(to=8001), "to: must be a text"),
        (_plan(to="8" * 33), "to: must be a text"),
        (_plan(to="8001;"), "to: '8001;' is no number"),
        (_plan(number="abc"), "number: 'abc' is no number"),
        (_plan(name="x" * 51), "name: must be a text"),
        (_plan(wait=-1), "wait: must be a number of seconds"),
        (_plan(wait=True), "wait: must be a number of seconds"),
        (_plan(hold=1e9), "hold: must be a number of seconds"),
        (b'{"token": "t", "ring": NaN}', "ring: must be a number of seconds"),
        (_plan(press="1"), "press: must be a list"),
        (_plan(press=["1"] * 65), "press: must be a list"),
        (_plan(press=["E"]), "press: a key string"),
        (_plan(press=[""]), "press: a key string"),
        (_plan(press=[1]), "press: a key string"),
        (_plan(speak="***"), "speak: must be 16-bit samples in base64"),
        (_plan(speak=7), "speak: must be 16-bit samples in base64"),
    ],
)
def test_a_plan_that_is_none_is_refused_with_the_reason(line, words):
    with pytest.raises(InputError) as error:
        read_plan(line, "t")
    assert str(error.value).startswith(words)


def test_a_plan_is_read_with_its_defaults():
    plan = read_plan(_plan(press=["1", "*#"], speak=base64.b64encode(b"\x01\x00\x02").decode()), "t")
    assert (plan.to, plan.number, plan.withheld, plan.press) == ("8001", None, False, ("1", "*#"))
    assert plan.speak is not None
    assert list(plan.speak) == [1]  # half a sample is dropped
    assert plan.wait == seconds(2)


class Station:
    """The board's side: answers after the caller ID with words; ticks as fast as it can in `run`."""

    def __init__(self, office, words):
        self.office = office
        self.words = words
        self.answering = True

    def run(self, scene):
        async def main():
            ticking = asyncio.ensure_future(self._tick())
            serving = asyncio.ensure_future(self._serve())
            try:
                return await asyncio.wait_for(scene(), 60)
            finally:
                self.office.board.close()
                for task in (ticking, serving):
                    task.cancel()

        return asyncio.run(main())

    async def _tick(self):
        while True:
            self.office.engine.step()
            await asyncio.sleep(0)

    async def _serve(self):
        office, line = self.office, self.office.lines[0]
        while True:
            await office.event(CallerIdSeen, within=1e6)
            if self.answering:
                line.seize()
                await office.event(Seized)
                line.play(self.words)
                await office.event(ToneOn, within=1e6)
                line.release()

    async def talk(self, *lines):
        """Sends lines to the door and returns the rows that come back."""
        address = json.loads((await self.address()).read_text("utf-8"))
        reader, writer = await asyncio.open_connection("127.0.0.1", address["port"])
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            for line in lines:
                writer.write(line.replace(b"TOKEN", address["token"].encode()))
                await writer.drain()
            return [json.loads(row) async for row in reader]
        return []

    async def address(self):
        path = self.office.folder / "sim-sim.json"
        await self.until(path.exists)
        return path

    async def until(self, condition):
        while not condition():
            await self.office.clock.sleep(TICK)


@pytest.fixture
def station(make_office, tmp_path, speech):
    office = make_office(phones=1, live=True, country="US")
    office.folder = tmp_path
    return Station(office, speech(seconds(1)))


def test_sim_call_rings_presses_speaks_and_hangs_up(station, tmp_path, speech, capsys):
    words = tmp_path / "words.wav"
    sink = WavWriter(words, 1)
    sink.write(speech(seconds(1)).bytes)
    sink.close()
    ask = ["sim", "call", "--data", str(tmp_path), "--number", "5551234", "--name", "ANN", "--wait", "1"]
    ask += ["--press", "1,9#", "--between", "0.5", "--speak", str(words), "--hold", "1"]

    async def scene():
        await station.address()
        plain = await asyncio.to_thread(cli.main, ask)
        line = station.office.board.exchange.lines[0]
        await station.until(lambda: line.state is LineState.IDLE)  # after the busy tone
        return plain, await asyncio.to_thread(cli.main, [*ask, "--json"])

    assert station.run(scene) == (0, 0)
    heard = station.office.of(CallerIdSeen)
    assert [(seen.number, seen.name) for seen in heard] == [("5551234", "ANN")] * 2
    assert "".join(event.digit for event in station.office.of(DigitDown)) == "19#19#"
    plain, _, rows = capsys.readouterr().out.partition("{")
    assert "hears dial tone" in plain
    assert "is answered" in plain
    told = [json.loads(row) for row in ("{" + rows).splitlines()]
    assert [(row["what"], row["detail"]) for row in told if row["type"] == "caller"] == [
        ("lifts the handset", ""),
        ("hears", "dial tone"),
        ("dials", "8001"),
        ("is answered", ""),
        ("presses", "1"),
        ("presses", "9#"),
        ("speaks", "1.0 s"),
        ("stops speaking", ""),
        ("hangs up", ""),
    ]
    assert told[-1]["type"] == "end"
    assert told[-1]["ok"] is True


def test_sim_call_that_nobody_answers_fails_in_one_line(station, tmp_path, capsys):
    station.answering = False

    async def scene():
        await station.address()
        return await asyncio.to_thread(cli.main, ["sim", "call", "--data", str(tmp_path), "--ring", "8"])

    assert station.run(scene) == 1
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 1
    assert error[0].startswith("ctidrv: the caller 5550001 waited 8 s for an answer: he hears ringback")


def test_the_call_ends_with_the_client_that_placed_it(station):
    async def scene():
        address = json.loads((await station.address()).read_text("utf-8"))
        _, writer = await asyncio.open_connection("127.0.0.1", address["port"])
        writer.write(json.dumps({"token": address["token"], "hold": 3600}).encode() + b"\n")
        await station.until(lambda: station.office.of(RingOn))
        writer.close()
        await station.until(lambda: not station.office.board.phones[0].off_hook)
        await station.until(lambda: not station.office.board._in_use)

    station.run(scene)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([b"GET / HTTP/1.1\r\n"], "the plan is no JSON"),
        ([b'{"token": "guess"}\n'], "the token is not this board's"),
        ([b'{"token": "TOKEN", "to": "x"}\n'], "to: 'x' is no number"),
        ([b'{"token": "TOKEN", "name": "a\\u0000b"}\n'], "caller ID: the name"),
        ([b'{"token": "TOKEN", "to": "4711"}\n'], "the caller 5550001 waited 30 s for an answer"),
    ],
)
def test_what_a_stranger_sends_is_refused_and_the_next_is_served(station, lines, words):
    async def scene():
        refused = await station.talk(*lines)
        served = await station.talk(b'{"token": "TOKEN", "wait": 0, "hold": 0}\n')
        return refused, served

    refused, served = station.run(scene)
    assert refused[-1]["type"] == "end"
    assert refused[-1]["ok"] is False
    assert refused[-1]["error"].startswith(words)
    assert served[-1]["ok"] is True


def test_a_plan_without_end_is_cut_off(station):
    async def scene():
        await station.talk(b"x" * (MOST_BYTES + 1_000_000))
        return await station.talk(b'{"token": "TOKEN", "wait": 0, "hold": 0}\n')

    assert station.run(scene)[-1]["ok"] is True


def test_more_clients_than_it_serves_are_refused(station):
    async def scene():
        port = json.loads((await station.address()).read_text("utf-8"))["port"]
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_CLIENTS)]
        refused = await station.talk(b'{"token": "TOKEN"}\n')
        for _, writer in idle:
            writer.close()
        await station.office.clock.sleep(seconds(1))
        return refused, await station.talk(b'{"token": "TOKEN", "wait": 0, "hold": 0}\n')

    refused, served = station.run(scene)
    assert all(row["ok"] is False for row in refused)  # none, where the connection's reset overtakes it
    assert served[-1]["ok"] is True


def test_all_telephones_in_use_is_told(station):
    async def scene():
        first = asyncio.ensure_future(station.talk(b'{"token": "TOKEN", "hold": 0}\n'))
        await station.until(lambda: station.office.board._in_use)
        second = await station.talk(b'{"token": "TOKEN"}\n')
        await first
        return second

    assert "all 1 telephones are in use" in station.run(scene)[-1]["error"]


def test_the_door_is_for_its_owner_and_goes_with_the_board(station):
    async def scene():
        path = await station.address()
        mode = path.stat().st_mode & 0o777
        station.office.board.close()
        return mode, path.exists()

    mode, there = station.run(scene)
    assert there is False
    if sys.platform != "win32":
        assert mode == 0o600


def test_in_virtual_time_there_is_no_door(office, tmp_path):
    async def scene():
        await office.clock.sleep(seconds(1))

    office.play(scene())
    assert list(tmp_path.glob("sim-*")) == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 1, "no station with a simulated board runs on"),
        (["--press", "x"], 2, "press: a key string"),
        (["--to", "abc"], 2, "to: 'abc' is no number"),
        (["--hold", "-1"], 2, "hold: must be a number"),
        (["--speak", "nothing.wav"], 2, "nothing.wav"),
    ],
)
def test_sim_call_without_station_or_with_wrong_arguments_says_so(tmp_path, capsys, arguments, code, words):
    assert cli.main(["sim", "call", "--data", str(tmp_path), *arguments]) == code
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 1
    assert words in error[0]


def test_sim_call_to_a_station_that_was_killed_says_so(tmp_path, capsys, unused_port):
    (tmp_path / "sim-sim.json").write_text(json.dumps({"port": unused_port, "token": "t"}))
    assert cli.main(["sim", "call", "--data", str(tmp_path)]) == 1
    assert "the station is gone" in capsys.readouterr().err


@pytest.fixture
def unused_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
