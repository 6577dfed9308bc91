"""The stand-in's Class 1, on the line that it has in voice: our Class 1 host is its program. Virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ctidrv.drivers.class1.host import Class1Host
from ctidrv.native.t30 import Sheet, T30Config
from ctidrv.units import TICK, seconds
from hwsim.devices.faxmodem.exchange_fax import WIDTH, chart
from hwsim.fax_telephone import FaxTelephone, FaxTold
from tests.native.t30_pipe import Station, station

Make = Callable[..., Any]


async def faxes(made: Any, machine: Station) -> str | None:
    """From a call that is through in class 8 to the end of its fax."""
    made.take()

    def give(data: bytes) -> int:
        if not made.modem.takes_more:
            return 0
        made.modem.feed(data[:256])
        return len(data[:256])

    host = Class1Host(machine.t30, "" if machine.name == "caller" else None, give, on_line=True)
    until = made.clock.now() + seconds(200)
    while not host.done:
        assert made.clock.now() < until
        host.feed(made.take())
        host.tick(TICK)
        for event in machine.t30.events():
            machine.events.append(event)
            if event.kind == "page-wanted":
                machine.t30.page(event.page, *machine.pages[event.page])
        await made.clock.sleep(TICK)
    return host.trouble


def test_a_caller_who_is_a_fax_is_taken_in_class_1_and_the_line_is_a_voice_line_behind_it(host: Make) -> None:
    made = host("usr5637")
    receiver = station("answerer", T30Config(False))
    told: list[FaxTold] = []

    async def scene() -> None:
        caller = await made.takes_a_call()
        machine = FaxTelephone(caller, calling=True, pages=[chart()])
        sending = asyncio.ensure_future(machine.talks())
        assert await faxes(made, receiver) is None
        told.append(await sending)
        assert made.line.off_hook  # the host has not hung up, nor has the change of class
        assert await made.send("AT+FCLASS=8") == "OK"
        assert await made.send("AT+FCLASS?") == "8\r\n\r\nOK"
        assert await made.send("AT+VLS?") == '1,"T"\r\n\r\nOK'
        assert await made.send("AT+VRX") == "CONNECT"

    made.run(scene())
    assert told[0].sent == ["confirmed"]
    assert [event.data for event in receiver.taken] == [chart().rows]


def test_without_a_number_atd_is_a_calling_fax_on_the_line_it_has(host: Make) -> None:
    made = host("cx930xx")
    sender = station("caller", T30Config(True, sheets=[Sheet(WIDTH)]), [(chart().rows, WIDTH)])
    told: list[FaxTold] = []

    async def scene() -> None:
        caller = await made.takes_a_call()
        receiving = asyncio.ensure_future(FaxTelephone(caller, calling=False).talks())
        assert await faxes(made, sender) is None
        told.append(await receiving)
        assert await made.send("AT+FCLASS=0") == "OK"
        assert await made.send("AT+FCLASS?") == "0\r\n\r\nOK"

    made.run(scene())
    assert sender.sent_states == ["confirmed"]
    assert [event.data for event in told[0].taken] == [chart().rows]


def test_a_reset_and_a_class_it_has_not_in_class_1(host: Make) -> None:
    made = host("cx930xx")

    async def scene() -> None:
        assert await made.send("AT+FCLASS=1") == "OK"
        assert await made.send("AT+FCLASS=2") == "ERROR"
        assert await made.send("AT+FTM=?") != "ERROR"
        assert await made.send("AT+VSM=?") == "ERROR"
        assert await made.send("ATZ") == "OK"
        assert await made.send("AT+FTM=?") == "ERROR"
        assert await made.send("AT+FCLASS=8") == "OK"

    made.run(scene())
