"""`Person`: one party of a scenario at a telephone. Verbs in any order; he judges by his ear alone."""

from __future__ import annotations

import functools
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ctidrv.document.model import Verb
from ctidrv.errors import CtiError
from ctidrv.native.pcm import Pcm
from ctidrv.units import Samples, seconds, to_seconds
from hwsim.board_operator import Operator
from hwsim.listener import NotHeard
from hwsim.scenario import verbs
from hwsim.scenario.model import Habits, bodies
from hwsim.scenario.sounds import Sounds, white_noise
from hwsim.scenario.spread import Spread
from hwsim.subscriber import Subscriber
from hwsim.telephone import DIGIT_MS, PAUSE_MS

KEY_MS = (20, 5000)
"""A hand that is drawn shorter or longer is held to this."""
BEFORE_HANGING_UP = seconds(0.3)
"""Between the last word and the handset on its rest."""


class GaveUp(CtiError):
    """He had no more patience."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From lifting the handset to putting it down: both directions, and the tones that he heard."""

    begin: Samples
    said: Pcm
    heard: Pcm
    tones: tuple[tuple[Samples, Samples | None, str], ...]
    end: Samples
    sounds: tuple[tuple[int, int, Pcm], ...] | None = None
    """Without audio: what sounded at his ear, from a sample to another of the stretch; else None."""


class Person:
    """`phone` with somebody at it; `chance` draws his habits and nothing else does. `asks`: of an
    operator, who has the station do something."""

    def __init__(
        self,
        phone: Subscriber | Operator,
        party: Habits,
        sounds: Sounds,
        chance: random.Random,
        *,
        name: str | None = None,
        asks: Callable[[verbs.Ask], Awaitable[None]] | None = None,
    ) -> None:
        self.phone = phone
        self.name = name or (phone.number if isinstance(phone, Subscriber) else phone.port)
        """What drawings and files call him."""
        self.party = party
        self.stretches: list[Stretch] = []
        """Of which he has put the handset down again; `heard_so_far` has the one that goes on too."""
        self.step = 0
        self.gave_up: str | None = None
        self._sounds = sounds
        self._chance = chance
        self._last: verbs.Dial | None = None
        self._verbs: dict[type[Verb], Callable[[Any], Awaitable[None]]] = {
            verbs.Dial: self._dial,
            verbs.Answer: self._answer,
            verbs.Hear: self._hear,
            verbs.Press: self._press,
            verbs.Speak: self._speak,
            verbs.TalkOver: self._talk_over,
            verbs.Silence: self._silence,
            verbs.Noise: self._noise,
            verbs.Flash: self._flash,
            verbs.Hold: self._hold,
            verbs.LineFault: self._line_fault,
            verbs.HangUp: self._hang_up,
            verbs.Redial: self._redial,
            verbs.Ask: self._ask,
        }
        self._asks = asks

    @property
    def heard_so_far(self) -> list[Stretch]:
        return [*self.stretches, self._stretch()] if self.phone.off_hook else list(self.stretches)

    async def play(self, to: str, since: Samples = Samples(0)) -> None:
        """All his steps, `times` over, and the handset down at the end; `step` is the one he is at. `since`:
        so much of the scenario is past; who had begun by then was cut off, and does nothing more.

        What he waited for in vain (NotHeard) leaves the handset up, so that it can still be looked at.
        """
        after = 0 if self.party.after is None else self.party.after.draw(self._chance)
        if after < since:
            return
        await self.phone.silence(Samples(after - since))
        plan = bodies(self.party.plan(to))
        try:
            for _ in range(self.party.times):
                for self.step, body in enumerate(plan):
                    await self.do(body)
                await self.leave()
        except GaveUp as without_patience:
            self.gave_up = str(without_patience)
            self.phone.note("gives up")
            await self.leave()

    async def do(self, body: verbs.AnyVerb) -> None:
        """One verb. NotHeard for what he waited for in vain, GaveUp when that was his patience."""
        await self._pause(self.party.reaction)
        try:
            await self._verbs[type(body)](body)
        except NotHeard as missed:
            if not self.party.goes_on:
                raise
            self.phone.note("goes on", f"without it: {str(missed).split(':')[0]}")

    async def leave(self) -> None:
        """Puts the handset down; safe twice."""
        if self.phone.off_hook:
            self.stretches.append(self._stretch())
        await self.phone.hang_up()

    def _stretch(self) -> Stretch:
        phone = self.phone
        phone.collect()
        sound = Pcm(phone.said), Pcm(phone.heard)
        return Stretch(phone.since, *sound, tuple(phone.toned), phone.clock.now(), phone.sounded())

    # The verbs.

    async def _dial(self, body: verbs.Dial) -> None:
        self._last = body
        phone = self.phone
        await phone.dial(body.number, how=body.how)
        if body.wait == "answer":
            assert isinstance(phone, Subscriber)
            dialled = phone
            await self._patiently(lambda time: dialled.answered(within=time), body.within)
        elif body.wait == "ringback":
            await self._patiently(lambda time: phone.hears_tone("ringback", within=time), body.within)

    async def _answer(self, body: verbs.Answer) -> None:
        if self.phone.off_hook:
            return
        self.phone.rings = 0  # of a call that has gone unanswered
        await self._patiently(lambda time: self.phone.is_rung(within=time), body.within)
        await self._pause(body.after)
        await self.phone.lift()

    async def _hear(self, body: verbs.Hear) -> None:
        self._needs_line("hear")
        tone = body.tone
        if tone is not None:
            await self._patiently(lambda time: self.phone.hears_tone(tone, within=time), body.within)
            return
        for what, sounds in self._sounds.wanted(body):
            hears = functools.partial(self._hears, sounds, what)
            await self._patiently(hears, body.within)

    async def _press(self, body: verbs.Press) -> None:
        self._needs_line("press")
        if body.how == "pulse":
            await self.phone.turn_dial(body.keys)
            return
        on, off = body.on or self.party.key, body.off or self.party.gap
        by_one_hand = [body.keys] if on is None and off is None else list(body.keys)
        for keys in by_one_hand:
            on_ms, off_ms = self._key_ms(on, DIGIT_MS), self._key_ms(off, PAUSE_MS)
            await self.phone.press(keys, on_ms=on_ms, off_ms=off_ms)

    async def _speak(self, body: verbs.Speak) -> None:
        self._needs_line("speak")
        await self.phone.speak(self._sounds.voice(body.voice))

    async def _talk_over(self, body: verbs.TalkOver) -> None:
        self._needs_line("talk over")
        await self._patiently(self._voice, body.within)
        await self.phone.speak(self._sounds.voice(body.voice))

    async def _silence(self, body: verbs.Silence) -> None:
        await self._pause(body.length)

    async def _noise(self, body: verbs.Noise) -> None:
        self._needs_line("play noise")
        await self.phone.speak(white_noise(body.length.draw(self._chance), body.level, self._chance))

    async def _flash(self, body: verbs.Flash) -> None:
        self._needs_line("flash")
        await self.phone.flash(body.length)

    async def _hold(self, body: verbs.Hold) -> None:
        self._needs_line("hold")
        if body.how == "exchange":
            await self.phone.flash()
            await self.phone.silence(body.length.draw(self._chance))
            await self.phone.flash()
            return
        music = None if body.music is None else self._sounds.voice(body.music)
        await self.phone.hold(body.length.draw(self._chance), music)

    async def _line_fault(self, body: verbs.LineFault) -> None:
        assert isinstance(self.phone, Subscriber)
        self.phone.line_fault(body.what, body.line, body.other, body.down, body.lasts)

    async def _hang_up(self, body: verbs.HangUp) -> None:
        if body.say is not None and self.phone.off_hook:
            await self.phone.speak(self._sounds.voice(body.say))
            await self.phone.silence(BEFORE_HANGING_UP)
        await self.leave()

    async def _redial(self, body: verbs.Redial) -> None:
        if self._last is None:
            raise NotHeard(f"{self.phone.who} cannot redial: he has dialled nothing yet")
        for left in reversed(range(body.times)):
            await self.leave()
            await self._pause(body.after)
            try:
                await self._dial(self._last.model_copy(update={"within": body.within}))
                return
            except NotHeard:
                if not left:
                    raise

    async def _ask(self, body: verbs.Ask) -> None:
        assert self._asks is not None
        self.phone.note("asks", body.what if body.to is None else f"{body.what} to {body.to}")
        await self._asks(body)

    # Within.

    def _needs_line(self, what: str) -> None:
        if not self.phone.off_hook:
            raise NotHeard(f"{self.phone.who} cannot {what} with the handset down: dial or answer first")

    async def _hears(self, sounds: Mapping[str, Pcm], what: str, within: Samples) -> None:
        await self.phone.hears_one_of(sounds, within=within, what=what)

    async def _voice(self, within: Samples) -> None:
        """Until a voice is at his ear."""
        clock = self.phone.clock
        deadline = clock.now() + within
        while not self.phone.voice:
            if clock.now() >= deadline:
                raise self.phone.missed("a voice to talk over", within)
            await self.phone.something(deadline)

    async def _patiently(self, wait: Callable[[Samples], Awaitable[object]], within: Samples) -> None:
        patience = None if self.party.patience is None else self.party.patience.draw(self._chance)
        if patience is None or patience >= within:
            await wait(within)
            return
        try:
            await wait(patience)
        except NotHeard as missed:
            raise GaveUp(str(missed)) from missed

    async def _pause(self, length: Spread | None) -> None:
        if length is not None and (drawn := length.draw(self._chance)):
            await self.phone.silence(drawn)

    def _key_ms(self, drawn: Spread | None, usual: int) -> int:
        if drawn is None:
            return usual
        least, most = KEY_MS
        return max(least, min(most, round(1000 * to_seconds(drawn.draw(self._chance)))))
