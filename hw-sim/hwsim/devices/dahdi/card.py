"""`CardOnLines`: a simulated card, its lines at the simulated exchange, telephones at its FXS ports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.native import ffi, lib
from ctidrv.native.dahdi_card import MU_LAW, DahdiCard
from ctidrv.ports.api import DriverContext
from ctidrv.units import TICK, Samples
from hwsim.board import SimBoard, open_board

_KERNEL_MS = {"pulse_ms": 200, "one_ms": 200, "flash_ms": 1250, "digit_ms": 750}
"""How dahdi-base.c reads the hook of a telephone, by default: hwsim/devices/dahdi has it from there."""


class CardOnLines:
    """Channels 1 to `fxo` are lines of the exchange, those behind them, `fxs`, have a telephone each.

    `board.phones` are the exchange's telephones, `board.operators` those at the card. `settings`: of the
    simulated board (hwsim/board.py). Time is `clock`'s: a live one, or that of virtual time. InputError,
    PortError.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        fxo: int = 1,
        fxs: int = 0,
        seed: int = 1,
        clock: SampleClock | None = None,
        configured: bool = True,
        law: int = MU_LAW,
        echo_can: bool = True,
    ) -> None:
        self.clock = clock or SampleClock()
        chosen = {"phones": 2, "caller_id": True, **settings, "control": False}
        chosen |= {"lines": max(1, fxo), "fxs": fxs}
        self.board: SimBoard = open_board("card", chosen, DriverContext(self.clock, Path(), seed, live=True))
        self.board.open()
        self.board.read_hooks(kernel_hooks())
        self.card = DahdiCard(
            self.board.native(),
            fxo=max(1, fxo),  # there is no exchange without a line
            fxs=fxs,
            configured=configured,
            law=law,
            echo_can=echo_can,
        )

    def number(self, channel: int) -> str:
        """By which an FXO port is called."""
        return self.board.exchange.lines[channel - 1].number

    def tick(self) -> None:
        """20 ms of the card and its lines, from the clock's now on."""
        self.card.tick(self.clock.now())

    def after(self) -> None:
        """Behind each tick: the exchange and its telephones go on."""
        self.board.pump()
        self.clock.advance(Samples(self.clock.now() + TICK))

    def close(self) -> None:
        self.board.close()


def kernel_hooks() -> Any:
    """How the kernel reads hooks: a ``cti_pulse_rx_config *``. Ten pulses are 0, whatever the country."""
    config = ffi.new("cti_pulse_rx_config *")
    lib.cti_pulse_rx_defaults(config)
    for name, value in _KERNEL_MS.items():
        setattr(config, name, value)
    return config
