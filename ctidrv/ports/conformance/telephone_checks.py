"""Of FXS and HANDSET ports: bell, hook, flash, dial and display of the telephone at it."""

from __future__ import annotations

from ctidrv.events import BatteryChanged, DigitDown, Flash, HookChanged, Seized
from ctidrv.native.levels import level
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.ports.conformance.bench import CALLER, NAME, Bench
from ctidrv.ports.conformance.case import TELEPHONE, of_port
from ctidrv.ports.conformance.judge import FAINT_DB, SENT_DBM0, beep, expect
from ctidrv.ports.conformance.order_checks import FLASH_MS, pulses_of
from ctidrv.ports.conformance.stand import BATTERY, FLASH, HOOK, POLARITY, PULSES, RING
from ctidrv.ports.presentation import presentation_of
from ctidrv.ports.regions import load_region
from ctidrv.units import ms

_BURST_S = 0.6


@of_port("board.h: CTI_LINE_RING 1, 0: the cadence is made by who orders it", *TELEPHONE, needs=("bell",))
def it_rings_for_as_long_as_it_is_ordered(bench: Bench, port: PortInfo) -> None:
    bench.idle(port)
    bell = bench.telephone(port)
    for _ in range(2):
        bench.order(port, RING, 1)
        bench.until(lambda: bell.is_rung, "the bell rung", 2.0)
        bench.wait(_BURST_S)
        expect(bell.is_rung, f"a bell that rings for {_BURST_S:g} s", "it is silent")
        bench.order(port, RING, 0)
        bench.until(lambda: not bell.is_rung, "the bell silent", 2.0)
        bench.wait(_BURST_S)
        expect(not bell.is_rung, "a bell that stays silent", "it rings again by itself")


@of_port(
    "board.h: lifting ends the ringing; off hook CTI_LINE_RING is CTI_ERR_STATE", *TELEPHONE, needs=("bell",)
)
def lifted_it_rings_no_more(bench: Bench, port: PortInfo) -> None:
    bench.idle(port)
    bell = bench.telephone(port)
    bench.order(port, RING, 1)
    bench.until(lambda: bell.is_rung, "the bell rung", 2.0)
    bench.talking(port)
    bench.until(lambda: not bell.is_rung, "the bell silent", 2.0)
    bench.order(port, RING, 1)
    bench.wait(1.0)
    expect(not bell.is_rung, "no bell off hook", "it rings")
    bench.order(port, RING, 0)


@of_port("event.h: CTI_EV_HOOK: a telephone on this port; each change once", *TELEPHONE)
def its_hook_is_told_once_up_and_once_down(bench: Bench, port: PortInfo) -> None:
    bench.idle(port)
    since = len(bench.events)
    bench.talking(port)
    bench.wait(0.5)
    if bench.by_order(port):
        bench.order(port, HOOK, 0)
    else:
        bench.far(port).hang_up()
    bench.event(port, HookChanged, since, bench.hook_s(port), lambda event: not event.off_hook)
    bench.wait(0.5)
    told = [event.off_hook for event in bench.of(port, HookChanged, since=since)]
    expect(told == [True, False], "HookChanged: off hook, then on hook", told)


@of_port(
    "api.py: flash: what an FXO port sends an FXS port reads; event.h: CTI_EV_FLASH",
    *TELEPHONE,
    needs=("flash",),
)
def a_flash_of_the_telephone_is_told_where_the_port_can(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    since = len(bench.events)
    bench.telephone(port).flash()
    bench.wait(2.0)
    flashes = bench.of(port, Flash, since=since)
    able = port.able("flash")
    if able is not Able.UNKNOWN:
        wanted = int(able is Able.YES)
        expect(len(flashes) == wanted, f"flash: {able.value}, so {wanted} Flash", flashes)
    if able is Able.YES:
        hooks = bench.of(port, HookChanged, since=since)
        expect(not hooks, "a flash that is no hang-up", hooks)


@of_port(
    "api.py: pulse_dial: what an FXO port sends an FXS port reads; event.h: CTI_DIGIT_PULSES",
    *TELEPHONE,
    needs=("dial",),
)
def digits_of_its_dial_are_told_where_the_port_can(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    since = len(bench.events)
    bench.telephone(port).turn_dial("71")
    bench.wait(6.0)
    digits = [(event.digit, event.source) for event in bench.of(port, DigitDown, since=since)]
    able = port.able("pulse_dial")
    if able is Able.YES:
        expect(digits == [("7", "pulse"), ("1", "pulse")], "the digits 7 and 1, by pulses", digits)
    elif able is Able.NO:
        expect(not digits, "pulse_dial: no, so no digits", digits)


@of_port(
    "api.py: onhook_audio: who calls is sent between the rings, by the floors above",
    Kind.FXS,
    needs=("display", "bell"),
)
def its_display_shows_who_calls_where_the_port_can(bench: Bench, port: PortInfo) -> None:
    bench.idle(port)
    way = presentation_of(load_region(bench.country))
    if way is None or way.by_primary_answer or port.able("onhook_audio") is Able.NO:
        return
    bench.order(port, RING, 1)
    bench.wait(_BURST_S)
    bench.order(port, RING, 0)
    bench.wait(0.6)
    ref = bench.play(port, way.sound(CALLER, NAME, "03021015"))
    bench.until(lambda: bench.played(ref), "caller ID played")
    bench.until(lambda: bool(bench.telephone(port).shown), f"{CALLER} shown", 3.0)
    shown = list(bench.telephone(port).shown)
    expect(shown == [CALLER], f"{CALLER} on its display", shown)


@of_port("api.py: loop_break: an FXS port can cut its battery; board.h: CTI_LINE_BATTERY", Kind.FXS)
def its_battery_is_cut_and_given_again_where_the_port_can(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    if port.able("loop_break") is not Able.YES:
        return
    far, dbm0 = bench.far(port), bench.level_at(port, SENT_DBM0)
    ref = bench.play(port, beep(2.0))
    bench.wait(0.5)
    refused = bench.engine.stats().commands_refused
    bench.order(port, BATTERY, 0)
    bench.wait(0.5)
    cut = level(far.heard()[-800:])
    bench.order(port, BATTERY, 1)
    bench.wait(0.5)
    back = level(far.heard()[-800:])
    bench.until(lambda: bench.played(ref), "the sound played")
    expect(cut < dbm0 - FAINT_DB, "nothing heard without battery", f"{cut:.1f} dBm0")
    expect(back > dbm0 - FAINT_DB, "the sound again with it", f"{back:.1f} dBm0")
    expect(bench.engine.stats().commands_refused == refused, "loop_break: yes, so no refusal", "a refusal")


@of_port("api.py: polarity: an FXS port can turn its battery round; board.h: CTI_LINE_POLARITY", Kind.FXS)
def its_battery_is_turned_round_and_back_where_the_port_can(bench: Bench, port: PortInfo) -> None:
    bench.talking(port)
    if port.able("polarity") is not Able.YES:
        return
    since, refused = len(bench.events), bench.engine.stats().commands_refused
    for reversed_ in (1, 0):
        bench.order(port, POLARITY, reversed_)
        bench.wait(0.3)
    now = bench.engine.stats().commands_refused
    expect(now == refused, "polarity: yes, so neither order refused", f"{now - refused} refused")
    strange = bench.of(port, HookChanged, DigitDown, Flash, since=since)
    expect(not strange, "a telephone left alone", strange)


@of_port("board.h: what a kind of port cannot do is CTI_ERR_STATE", *TELEPHONE)
def orders_of_a_line_change_nothing_at_a_telephone(bench: Bench, port: PortInfo) -> None:
    bench.idle(port)
    since = bench.order(port, FLASH, ms(FLASH_MS))
    bench.order(port, PULSES, pulses_of("1"))
    if not bench.by_order(port):
        bench.order(port, HOOK, 1)
    bench.wait(1.0)
    strange = bench.of(port, HookChanged, Seized, Flash, DigitDown, BatteryChanged, since=since)
    expect(not strange, "a telephone left alone", strange)
    expect(not bench.is_off_hook(port), "on hook", "off hook")
