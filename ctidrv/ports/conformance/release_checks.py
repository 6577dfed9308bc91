"""Of an FXO port: how a call ends, by either side; and what is ordered at the wrong time."""

from __future__ import annotations

from ctidrv.events import (
    BatteryChanged,
    Dialled,
    HookChanged,
    PolarityChanged,
    PortEvent,
    Released,
    RemoteGone,
    RingOn,
    Seized,
    ToneOn,
)
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.ports.conformance.bench import Bench
from ctidrv.ports.conformance.case import of_port
from ctidrv.ports.conformance.judge import expect
from ctidrv.ports.conformance.order_checks import FLASH_MS, pulses_of
from ctidrv.ports.conformance.stand import FLASH, HOOK, PULSES
from ctidrv.units import ms

_CLEARED_S = 12.0
_TONES = ("busy", "congestion", "dial")


def _is_sign(event: PortEvent, sign: str, port: PortInfo) -> bool:
    if isinstance(event, RemoteGone):
        return True
    if sign == "loop-break":
        return isinstance(event, BatteryChanged) and not event.present
    if sign == "reversal":
        return isinstance(event, PolarityChanged)
    return isinstance(event, ToneOn) and event.tone in _TONES


@of_port(
    "api.py: loop_break, polarity; event.h: CTI_EV_BATTERY, CTI_EV_POLARITY, CTI_EV_REMOTE_GONE; tones",
    Kind.FXO,
)
def a_far_end_that_hangs_up_is_told_by_each_sign_the_board_can(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    bench.wait(bench.turn_s)
    far = bench.exchange(port)
    expect(bool(far.clears), "a far end that is told to have gone by some sign", "a rig without")
    since = len(bench.events)
    far.hang_up()
    reads = {"loop-break": port.able("loop_break"), "reversal": port.able("polarity")}
    for sign in far.clears:
        if reads.get(sign, Able.YES) is Able.YES:
            bench.until(
                lambda sign=sign: any(  # type: ignore[misc]
                    _is_sign(event, sign, port) for event in bench.of(port, PortEvent, since=since)
                ),
                f"the hang-up told by its {sign}",
                _CLEARED_S,
            )
    for gone in bench.of(port, RemoteGone, since=since):
        expect(0 < gone.confidence <= 1, "a confidence above 0, up to 1", gone)
    if port.able("loop_break") is Able.NO:
        told = bench.of(port, BatteryChanged, since=since)
        expect(not told, "no loop break from a board that says it reads none", told)


@of_port("board.h: CTI_LINE_HOOK 0; event.h: CTI_EV_RELEASED", Kind.FXO)
def a_line_that_is_released_is_on_hook(bench: Bench, port: PortInfo) -> None:
    bench.lifted(port)
    far = bench.exchange(port)
    since = bench.order(port, HOOK, 0)
    bench.event(port, Released, since, bench.hook_s(port))
    bench.until(lambda: not far.taken, "the line on hook, as the exchange sees it", 3.0)


@of_port("board.h: CTI_LINE_HOOK 0: on hook it changes nothing", Kind.FXO)
def released_twice_it_stays_on_hook(bench: Bench, port: PortInfo) -> None:
    bench.lifted(port)
    far = bench.exchange(port)
    since = bench.order(port, HOOK, 0)
    bench.until(lambda: not far.taken, "the line on hook", bench.hook_s(port))
    bench.order(port, HOOK, 0)
    bench.wait(0.6)
    expect(not far.taken, "the line on hook still", "the exchange sees it off hook")
    strange = [event for event in bench.of(port, Seized, HookChanged, RingOn, since=since)]
    expect(not strange, "nothing but Released", strange)


@of_port(
    "board.h: CTI_LINE_HOOK 0 breaks pulses and flash off; each is answered by CTI_EV_DIALLED once", Kind.FXO
)
def released_while_it_dials_every_order_is_answered(bench: Bench, port: PortInfo) -> None:
    bench.lifted(port)
    far = bench.exchange(port)
    since = bench.order(port, FLASH, ms(FLASH_MS))
    bench.order(port, PULSES, pulses_of("9"))
    bench.order(port, PULSES, pulses_of("9"))
    bench.wait(0.1)
    bench.order(port, HOOK, 0)
    bench.until(lambda: not far.taken, "the line on hook", bench.hook_s(port))
    bench.until(lambda: len(bench.of(port, Dialled, since=since)) >= 3, "an answer to each of three orders")
    bench.wait(0.5)
    answers = bench.of(port, Dialled, since=since)
    expect(len(answers) == 3, "three answers", len(answers))
    expect(not answers[-1].done, "the last digit broken off", answers[-1])
