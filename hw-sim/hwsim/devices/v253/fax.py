"""The fax side of the voice modem's stand-in: a T.31 modem (ctidrv/modem/t31) on the line that it has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from ctidrv.modem.t31.commands import Identity
from ctidrv.modem.t31.modem import T31
from ctidrv.native.fax_line import FaxLine
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK
from hwsim.devices.dialling import dial_number

if TYPE_CHECKING:
    from hwsim.devices.v253.modem import VoiceModem

VOICE = "8"


class FaxSide:
    """From +FCLASS=1 on, until `is_left`: by +FCLASS=0, ATZ or AT&F, or into class 8. The line is taken, and
    left, as it is."""

    def __init__(self, modem: VoiceModem, out: Callable[[bytes], bool], fax_class: str) -> None:
        persona = modem.persona
        identity = Identity(persona.maker, persona.model, persona.revision, persona.carriers)
        self.into_voice = False
        self.t31 = T31(FaxLine(), self, out, identity=identity)
        self.t31.fax_class = fax_class
        self.t31.settings.switches.update(modem.settings.switches)
        self.t31.leaves = self._leaves
        self._modem = modem
        self._rx = Pcm.silence(TICK)
        self._dialling: asyncio.Task[None] | None = None

    @property
    def is_left(self) -> bool:
        return self.into_voice or self.t31.fax_class == "0"

    def _leaves(self, value: str) -> bool:
        self.into_voice = value == VOICE
        return self.into_voice

    # `ctidrv.modem.t31.modem.Phone`.

    @property
    def off_hook(self) -> bool:
        return self._modem.line.off_hook

    def dial(self, number: str) -> None:
        """Without a number, on a line that is through: nothing is dialled."""
        self._dialling = asyncio.ensure_future(self._dial(number))

    def answer(self) -> None:
        self._modem.seize()
        self.t31.through()

    def hang_up(self) -> None:
        if self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None
        self._modem.says_no_more()
        self._modem.release()

    async def _dial(self, number: str) -> None:
        gone_wrong = await dial_number(self._modem, number)
        if gone_wrong is None:
            self.t31.through()
        else:
            self._modem.release()
            self.t31.failed(gone_wrong)

    # The device's side.

    def says(self) -> Pcm | None:
        """For the next tick; None: nothing, the line is on hook."""
        said = self.t31.tick(self._rx)
        return said if self.off_hook else None

    def hears(self, rx: Pcm) -> None:
        """Of the tick."""
        self._rx = rx
