"""Of any port: its device is pulled out, in each state, and put back."""

from __future__ import annotations

from ctidrv.events import Alarm, HookChanged, Seized
from ctidrv.ports.api import Kind, PortInfo
from ctidrv.ports.conformance.bench import Bench
from ctidrv.ports.conformance.case import TALKS, of_port
from ctidrv.ports.conformance.judge import expect
from ctidrv.ports.conformance.stand import HOOK, RING

_CONTRACT = (
    "board.h: a board that is gone says CTI_ERR_GONE at each tick until it is back, with every line on hook"
)
_GONE_S, _BACK_S = 10.0, 15.0


def _gone_and_back(bench: Bench, port: PortInfo) -> None:
    since = len(bench.events)
    bench.rig.unplug()
    for each in bench.board.ports:
        bench.event(each, Alarm, since, _GONE_S, lambda event: event.raised)
    trouble = getattr(bench.board, "trouble", "it has none")
    expect(bool(trouble) and isinstance(trouble, str), "a trouble in words while it is gone", trouble)
    refused = bench.engine.stats().commands_refused
    bench.order(port, HOOK, 1)
    bench.wait(0.3)
    expect(
        bench.engine.stats().commands_refused > refused, "an order to a board that is gone refused", "none"
    )
    seized = bench.of(port, Seized, since=since)
    expect(not seized, "no Seized from a board that is gone", seized)
    far = bench.far(port)
    far.hang_up()
    before = len(bench.events)
    bench.rig.plug_in()
    for each in bench.board.ports:
        bench.event(each, Alarm, before, _BACK_S, lambda event: not event.raised)
    expect(getattr(bench.board, "trouble", None) is None, "no trouble once it is back", bench.board)
    if port.kind is Kind.FXO:
        exchange = bench.exchange(port)
        bench.until(lambda: not exchange.taken, "the line on hook once it is back", 3.0)
        bench.wait(0.5)
        told = bench.of(port, Seized, since=before)
        expect(not told, "no Seized of an order that was given while it was gone", told)


@of_port(_CONTRACT, *TALKS, needs=("unplug",))
def gone_on_hook_it_is_told_and_comes_back(bench: Bench, port: PortInfo) -> None:
    bench.idle(port)
    _gone_and_back(bench, port)


@of_port(_CONTRACT, *TALKS, needs=("unplug",))
def gone_while_it_rings_it_comes_back_on_hook(bench: Bench, port: PortInfo) -> None:
    if port.kind is Kind.FXO:
        bench.rung(port)
    else:
        bench.idle(port)
        bench.order(port, RING, 1)
        bench.wait(0.5)
    _gone_and_back(bench, port)


@of_port(_CONTRACT, *TALKS, needs=("unplug",))
def gone_off_hook_it_comes_back_on_hook_and_can_be_lifted(bench: Bench, port: PortInfo) -> None:
    bench.lifted(port)
    _gone_and_back(bench, port)
    since = len(bench.events)
    bench.lifted(port)
    told = bench.of(port, Seized, HookChanged, since=since)
    expect(bool(told), "off hook again", told)
