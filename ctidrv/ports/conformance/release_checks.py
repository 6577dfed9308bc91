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
from ctidrv.native.pulses import pulse_value
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.ports.conformance.bench import (
    BATTERY,
    FLASH,
    HOOK,
    POLARITY,
    PULSES,
    RING,
    Bench,
)
from ctidrv.ports.conformance.case import of_port
from ctidrv.ports.conformance.judge import expect
from ctidrv.units import ms

_CLEARED_S = 12.0
_TONES = ("busy", "congestion", "dial")
FLASH_MS = 200


def pulses_of(digit: str) -> int:
    return pulse_value(digit, numbering="usual", break_ms=60, make_ms=40, pause_ms=800)


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
    bench.talking(port)
    far = bench.exchange(port)
    since = bench.order(port, HOOK, 0)
    bench.event(port, Released, since, bench.hook_s(port))
    bench.until(lambda: not far.taken, "the line on hook, as the exchange sees it", 3.0)


@of_port("board.h: CTI_LINE_HOOK 0: on hook it changes nothing", Kind.FXO)
def released_twice_it_stays_on_hook(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    far = bench.exchange(port)
    since = bench.order(port, HOOK, 0)
    bench.until(lambda: not far.taken, "the line on hook", bench.hook_s(port))
    bench.order(port, HOOK, 0)
    bench.wait(1.0)
    expect(not far.taken, "the line on hook still", "the exchange sees it off hook")
    strange = [event for event in bench.of(port, Seized, HookChanged, RingOn, since=since)]
    expect(not strange, "nothing but Released", strange)


@of_port(
    "board.h: CTI_LINE_HOOK 0 breaks pulses and flash off; each is answered by CTI_EV_DIALLED once", Kind.FXO
)
def released_while_it_dials_every_order_is_answered(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
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


@of_port(
    "board.h: what a kind of port cannot do, or not now, is CTI_ERR_STATE; of pulses and flash, Dialled",
    Kind.FXO,
)
def orders_at_the_wrong_time_change_nothing(bench: Bench, port: PortInfo) -> None:
    bench.idle(port)
    far = bench.exchange(port)
    flashes = far.flashes
    since = bench.order(port, FLASH, ms(FLASH_MS))
    for what, value in ((PULSES, pulses_of("1")), (RING, 1), (BATTERY, 0), (POLARITY, 1)):
        bench.order(port, what, value)
    bench.wait(1.0)
    answers = bench.of(port, Dialled, since=since)
    expect(
        len(answers) == 2 and not any(each.done for each in answers),
        "Dialled, not done, for a flash and a digit on hook, and for them alone",
        answers,
    )
    expect(not far.taken and far.flashes == flashes, "a line that stays on hook", "a line that was off hook")
    strange = bench.of(port, Seized, RingOn, HookChanged, BatteryChanged, PolarityChanged, since=since)
    expect(not strange, "nothing else told", strange)


@of_port("api.py: flash; board.h: CTI_LINE_FLASH, CTI_EV_DIALLED", Kind.FXO)
def a_flash_is_seen_by_the_exchange_where_the_port_can(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    far = bench.exchange(port)
    before = far.flashes
    since = bench.order(port, FLASH, ms(FLASH_MS))
    answer = bench.event(port, Dialled, since, bench.hook_s(port))
    bench.wait(0.5)
    able = port.able("flash")
    if able is not Able.UNKNOWN:
        expect(
            answer.done is (able is Able.YES), f"flash: {able.value}, so done is {able is Able.YES}", answer
        )
    seen = far.flashes - before
    expect(seen == int(answer.done), f"{int(answer.done)} flashes at the exchange", seen)
    expect(far.taken, "the line off hook behind it", "the exchange sees it on hook")


@of_port("api.py: pulse_dial; board.h: CTI_LINE_PULSES, CTI_EV_DIALLED", Kind.FXO)
def a_digit_of_pulses_is_dialled_where_the_port_can(bench: Bench, port: PortInfo) -> None:
    bench.idle(port)
    far = bench.exchange(port)
    since = bench.order(port, HOOK, 1)
    bench.event(port, Seized, since, bench.hook_s(port))
    bench.event(port, ToneOn, since, 8.0, lambda event: event.tone == "dial")
    bench.order(port, PULSES, pulses_of("3"))
    answer = bench.event(port, Dialled, since, bench.hook_s(port))
    able = port.able("pulse_dial")
    if able is not Able.UNKNOWN:
        expect(
            answer.done is (able is Able.YES),
            f"pulse_dial: {able.value}, so done is {able is Able.YES}",
            answer,
        )
    bench.wait(1.0)
    wanted = "3" if answer.done else ""
    expect(far.dialled == wanted, f"the digits {wanted!r} at the exchange", far.dialled)
