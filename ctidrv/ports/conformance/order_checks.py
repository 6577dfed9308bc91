"""Of an FXO port: what is ordered off hook, and at the wrong time; and a call that we make."""

from __future__ import annotations

from ctidrv.events import (
    BatteryChanged,
    Dialled,
    HookChanged,
    PolarityChanged,
    RingOn,
    Seized,
)
from ctidrv.native.pulses import pulse_value
from ctidrv.native.tones import dtmf
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.ports.conformance.bench import RINGS_WITHIN, Bench
from ctidrv.ports.conformance.case import of_port
from ctidrv.ports.conformance.judge import FAINT_DB, SENT_DBM0, beep, expect, is_over
from ctidrv.ports.conformance.stand import BATTERY, FLASH, POLARITY, PULSES, RING
from ctidrv.units import ms

FLASH_MS = 200


def pulses_of(digit: str) -> int:
    return pulse_value(digit, numbering="usual", break_ms=60, make_ms=40, pause_ms=800)


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
    bench.wait(0.6)
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
    bench.lifted(port)
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
    far, able = bench.exchange(port), port.able("pulse_dial")
    if able is Able.NO:
        bench.lifted(port)
    else:
        bench.dial_tone(port)
    since = bench.order(port, PULSES, pulses_of("3"))
    answer = bench.event(port, Dialled, since, bench.hook_s(port))
    if able is not Able.UNKNOWN:
        expect(
            answer.done is (able is Able.YES),
            f"pulse_dial: {able.value}, so done is {able is Able.YES}",
            answer,
        )
    bench.wait(1.0)
    wanted = "3" if answer.done else ""
    expect(far.dialled == wanted, f"the digits {wanted!r} at the exchange", far.dialled)


@of_port("board.h: CTI_LINE_HOOK 1 on an idle line; a call that we make", Kind.FXO, needs=("answer",))
def a_call_that_we_make_is_answered_and_heard(bench: Bench, port: PortInfo) -> None:
    far = bench.exchange(port)
    bench.dial_tone(port)
    bench.play(port, dtmf(far.number))
    bench.until(lambda: far.is_rung, f"{far.number} rung", RINGS_WITHIN)
    far.lift()
    bench.until(lambda: far.talks, "our call answered")
    bench.wait(bench.turn_s + 0.5)
    recording = bench.record(port)
    far.speak(beep(0.6))
    faint = bench.level_at(port, SENT_DBM0) - FAINT_DB
    bench.until(lambda: is_over(recording.came, faint), "his voice heard")
    bench.stop_recording(port, recording)
