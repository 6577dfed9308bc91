"""The interpreter: serves one call with a script.

Each step, prompt and choice is written to the call's journal. A verb that fails leads to the script's
`on_error`; a flow that ends hangs up; the far end's hang-up ends the run wherever it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.asking import ALL_KEYS, Entry, read_choice, read_digits
from ctidrv.apps.ivr.clips import Services, record_clip
from ctidrv.apps.ivr.expression import Value, evaluate
from ctidrv.apps.ivr.places import spoken_place
from ctidrv.apps.ivr.prompts import NothingToSay, PromptMissing, Sound
from ctidrv.apps.ivr.script import Script
from ctidrv.apps.ivr.shape import Placed, in_order
from ctidrv.apps.ivr.template import as_text
from ctidrv.apps.ivr.words import CALL_VALUES, SpokenText
from ctidrv.callcontrol.call import Call, CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.destination import Destination, Kind
from ctidrv.callcontrol.plays import Played
from ctidrv.callcontrol.waited import Served, Spoken
from ctidrv.errors import CallEnded, CtiError, NotCapable
from ctidrv.native.pcm import Pcm
from ctidrv.units import Samples, to_seconds

_log = logging.getLogger(__name__)

MAX_STEPS = 5000
"""Steps in one call. No caller presses keys so long; a fault that goes round ends here."""
MAX_FAILURES = 3
"""Failures in one call before it is given up: `on_error` may fail as well."""

NEXT: Final = ""
"""A step's result: go on with the next one. Otherwise a flow's name, or None: the call is over."""


class _TooManySteps(CtiError):
    pass


async def run(
    script: Script, call: Call, services: Services, *, start: str | None = None, language: str | None = None
) -> None:
    """Serves a call from its first ring on. Returns when the call is over, for whatever reason, or when an
    operator has taken it; then it is hers, and goes on. Cancelling leaves the call as it is, too. A fax that
    calls is led to the flow `on_fax_tone` from wherever the script is, unless a seat has had the call.

    `start`: a flow of it, in the place of its first; `language`: where it speaks that, in the place of its
    first.
    """
    runs, fax_flow = _Run(script, call, services, language), script.header.on_fax_tone
    serving = asyncio.ensure_future(runs.serve(start or script.header.start))
    taken = asyncio.ensure_future(call.taken())
    faxing = asyncio.ensure_future(call.fax_calls())
    try:
        wanted = (serving, taken) if fax_flow is None else (serving, taken, faxing)
        await asyncio.wait(wanted, return_when=asyncio.FIRST_COMPLETED)
        if fax_flow is not None and _came(faxing) and not serving.done() and not taken.done():
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            call.stop()
            serving = asyncio.ensure_future(runs.serve(fax_flow))
            await asyncio.wait((serving, taken), return_when=asyncio.FIRST_COMPLETED)
        if _came(taken):
            return
        await serving  # of a call that has ended, too: a message may still be on its way to the disk
    except CallEnded:
        return
    finally:
        for task in (serving, taken, faxing):
            task.cancel()
        await asyncio.gather(serving, taken, faxing, return_exceptions=True)
    await call.hang_up(Cause.LOCAL_SCRIPT)


def _came(task: asyncio.Future[None]) -> bool:
    """What it waited for, and not the end of the call."""
    return task.done() and not task.cancelled() and task.exception() is None


class _Run:
    def __init__(self, script: Script, call: Call, services: Services, language: str | None) -> None:
        self.script = script
        self.call = call
        self.services = services
        self.prompts = script.prompts
        self.defaults = script.header.defaults
        spoken = script.header.languages
        self.language = language if language in spoken else spoken[0]
        self.values: dict[str, Value] = {}
        self._steps = 0
        self._failures = 0
        self._flow = ""
        self._step: Placed | None = None

    async def serve(self, start: str) -> None:
        """Runs flow after flow until one ends the call."""
        flow: str | None = start
        while flow is not None:
            try:
                flow = await self._run_flow(flow)
            except CallEnded:
                raise
            except Exception as error:
                if not isinstance(error, CtiError):
                    _log.exception("script %s, flow %s", self.script.path, self._flow)
                flow = await self._trouble(error)

    async def _run_flow(self, name: str) -> str | None:
        self._flow = name
        result = await self._run_steps(self.script.flows[name].steps, None)
        return None if result == NEXT else result

    async def _run_steps(self, steps: tuple[Placed, ...], after: Placed | None) -> str | None:
        """Step after step; `after`: what follows the last of them."""
        for step, following in in_order(steps, after):
            self._count()
            self._check()
            self._step = step
            found = self._found(step.body)
            self.call.note("call.step", flow=self._flow, verb=step.verb, line=step.line, **found)
            if isinstance(step.body, model.If_):
                result = await self._run_steps(step.then if found["cond"] else step.otherwise, following)
            else:
                result = await self._do(step.body)
            ends = following is None or following.verb != "goto"
            if result == NEXT and isinstance(step.body, model.ENDS) and ends:
                return None
            if result != NEXT:
                return result
        return NEXT

    def _found(self, body: model.AnyVerb) -> dict[str, Any]:
        """What the script's own values decide in a step, for the journal: a condition, what is set."""
        if isinstance(body, model.If_):
            return {"cond": evaluate(body.cond, self._known) is True}
        if isinstance(body, model.Set_):
            for name, template in body.root.items():
                self.values[name] = template.value(self._known)
            return {"set": {name: self.values[name] for name in body.root}}
        return {}

    def _count(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _TooManySteps(f"more than {MAX_STEPS} steps in one call")

    def _check(self) -> None:
        """Nothing is noted of a call that has ended; what still waits for it raises as well."""
        if self.call.cause is not None:
            raise CallEnded(self.call.cause)

    async def _trouble(self, error: Exception) -> str | None:
        """Notes a failure and tells where the call goes on."""
        self._check()
        self._failures += 1
        step = self._step
        line = step.line if step is not None else 0
        _log.warning("%s:%d: %s: %s", self.script.path, line, self._flow, error)
        verb = step.verb if step is not None else ""
        self.call.note("call.step", flow=self._flow, verb=verb, line=line, error=str(error))
        flow = self.script.header.on_error
        lost = isinstance(error, _TooManySteps) or self._failures >= MAX_FAILURES
        if flow is None or lost or self.call.state is not CallState.CONNECTED:
            await self.call.hang_up(Cause.ERROR)
            return None
        return flow

    async def _do(self, body: model.AnyVerb) -> str | None:
        match body:
            case model.Answer():
                await self.call.answer(by="script", after_rings=body.after_rings)
            case model.Play():
                await self._play(body.prompt, body.bargein)
            case model.Say():
                return await self._say(body)
            case model.Menu():
                return await self._menu(body)
            case model.Gather():
                return await self._gather(body)
            case model.Language_():
                self._switch(body)
            case model.Transfer():
                await self._transfer(body)
            case model.Enqueue():
                await self._enqueue(body)
            case model.Record():
                return await self._record(body)
            case model.Voicemail():
                return await self._voicemail(body)
            case model.FaxReceive() | model.FaxSend():
                await self._fax(body)
            case model.Goto():
                return body.flow
            case model.Hangup():
                await self.call.hang_up(Cause.LOCAL_SCRIPT)
                return None
        return NEXT

    # What is heard.

    def _find(self, prompt: Sequence[str | SpokenText]) -> list[Sound]:
        found = []
        for piece in prompt:
            if isinstance(piece, SpokenText):
                raise PromptMissing("a text prompt needs a speech engine")
            found.append(self.prompts.find(self.language, piece))
        return found

    async def _play(self, prompt: Sequence[str | SpokenText], bargein: bool | None) -> None:
        sounds = self._find(prompt)
        await self._sound(" ".join(sound.id for sound in sounds), sounds, self._keys(bargein))

    async def _sound(self, label: str, sounds: Sequence[Sound], stop_on: str) -> Played:
        self._check()
        language = sounds[0].language
        self.call.note("call.prompt", prompt=label, lang=language, state="started", reason=None)
        played = await self.call.play([sound.audio for sound in sounds], stop_on, label=label)
        self.call.note("call.prompt", prompt=label, lang=language, state="ended", reason=played.reason)
        return played

    def _keys(self, bargein: bool | None) -> str:
        wanted = self.defaults.bargein if bargein is None else bargein
        return ALL_KEYS if wanted else ""

    async def _say(self, say: model.Say) -> str | None:
        values = {name: as_text(filled.value(self._known)) for name, filled in say.values.items()}
        try:
            sounds = self.prompts.say(self.language, say.prompt, values)
        except NothingToSay:
            if say.on_empty is None:
                raise
            return await self._replies(say.on_empty)
        await self._sound(say.prompt, sounds, self._keys(say.bargein))
        return NEXT

    def _known(self, name: str) -> Value:
        if name in CALL_VALUES:
            return {"caller.number": self.call.caller.number, "caller.name": self.call.caller.name}[name]
        return self.values.get(name)

    async def _replies(self, replies: Sequence[model.AnyReply] | None) -> str | None:
        for reply in replies or ():
            _, body = next(iter(reply))
            result = await self._do(body)
            if result != NEXT:
                return result
        return NEXT

    def _switch(self, body: model.Language_) -> None:
        chosen = body.map.get(as_text(self.values.get(body.source)), body.otherwise)
        if chosen != "keep":
            self.language = chosen

    # What is pressed.

    async def _menu(self, menu: model.Menu) -> str | None:
        first, between = self._patience(menu)
        while True:
            entry, way = await self._ask(menu, lambda: read_choice(self.call, menu.choices, first, between))
            if entry is None:
                return way
            target = menu.choices[entry.keys]
            if target != "repeat":
                return target
            self._count()

    async def _gather(self, gather: model.Gather) -> str | None:
        first, between = self._patience(gather)
        self.values[gather.into] = None
        entry, way = await self._ask(
            gather, lambda: read_digits(self.call, gather.digits, gather.finish_on, first, between)
        )
        if entry is None:
            return way
        self.values[gather.into] = entry.keys
        return NEXT

    def _patience(self, body: model.Ask) -> tuple[Samples, Samples]:
        return body.timeout or self.defaults.timeout, body.interdigit or self.defaults.interdigit

    async def _ask(
        self, body: model.Ask, read: Callable[[], Awaitable[Entry]]
    ) -> tuple[Entry | None, str | None]:
        """Prompts and reads until there is a good entry; else None and where the call goes."""
        tries = body.retries or self.defaults.retries
        failed = {"invalid": 0, "noinput": 0}
        while True:
            await self._play(body.prompt, body.bargein)
            entry = await read()
            target = body.choices.get(entry.keys) if isinstance(body, model.Menu) else None
            self.call.note("call.choice", key=entry.keys, result=entry.result, target=target)
            if entry.result == "match":
                return entry, NEXT
            failed[entry.result] += 1
            if failed[entry.result] >= tries:
                end = body.on_exhausted or self.defaults.on_exhausted
                return None, NEXT if end == "continue" else end
            way = await self._replies(body.on_invalid if entry.result == "invalid" else body.on_noinput)
            if way != NEXT:
                return None, way

    # Who is reached.

    async def _transfer(self, body: model.Transfer) -> None:
        to = self._whom(body)
        self._result(body, status=None)
        if body.announce is not None and body.announce.prompt is not None:
            await self._play(body.announce.prompt, None)
        reached = await self.services.switchboard.connect(
            self.call,
            to,
            ring=body.ring,
            music=self._music(body),
            card=self._card(body),
            language=self.language,
        )
        self._result(body, status=reached.value)

    def _whom(self, body: model.Transfer) -> list[str]:
        """What is no seat counts where the script says so, not where a caller calls himself so."""
        found = []
        for target in body.to:
            text = as_text(target.value(self._known))
            if isinstance(body, model.Dial):
                found.append(str(Destination(Kind.OUTSIDE, text)))
            elif _is_seat(target.parts[0][0]) and not _is_seat(text):
                _log.error("%s: %r is no seat, and its script does not say so", self.call.id, text)
            else:
                found.append(text)
        return found

    async def _enqueue(self, body: model.Enqueue) -> None:
        self._result(body, status=None, position=None, waited=None)
        served = Served(
            lambda place: spoken_place(self.prompts, self.language, place),
            music=self._music(body),
            card=self._card(body),
            language=self.language,
            ring=body.ring,
            every=None if body.announce is None else body.announce.position,
            first=self._announced(body.announce),
            timeout=body.timeout,
        )
        waited = await self.services.queues.enter(self.call, as_text(body.to.value(self._known)), served)
        length = round(to_seconds(waited.waited), 1)
        self._result(body, status=waited.status, position=waited.place, waited=length)

    def _announced(self, announce: model.Announce | None) -> Spoken | None:
        if announce is None or announce.prompt is None:
            return None
        sounds = self._find(announce.prompt)
        label = " ".join(sound.id for sound in sounds)
        return Spoken(label, sounds[0].language, [sound.audio for sound in sounds])

    def _music(self, body: model.Transfer | model.Enqueue) -> list[Pcm]:
        return [] if body.moh is None else [sound.audio for sound in self._find(body.moh)]

    def _card(self, body: model.Transfer | model.Enqueue) -> dict[str, str]:
        """What the operator is told, as far as it is known."""
        told = {name: as_text(filled.value(self._known)) for name, filled in body.screen_pop.items()}
        return {name: value for name, value in told.items() if value}

    def _result(self, body: model.Tells, **values: Value) -> None:
        if body.into is not None:
            self.values |= {f"{body.into}.{name}": value for name, value in values.items()}

    # Faxes.

    async def _fax(self, body: model.FaxReceive | model.FaxSend) -> None:
        self._result(body, status=None, pages=None)
        faxes = self.services.faxes
        if faxes is None:
            raise NotCapable("this station has no fax")
        if isinstance(body, model.FaxReceive):
            told = await faxes.receive(self.call, body.box)
        else:
            header = None if body.header is None else as_text(body.header.value(self._known))
            told = await faxes.send(self.call, self.script.path.parent / body.file, header=header)
        self._result(body, status="ok" if told.ok else "failed", pages=told.pages)

    # What is said.

    async def _record(self, record: model.Record) -> str | None:
        if record.into is not None:
            self.values[record.into] = None
        if record.prompt is not None:
            await self._play(record.prompt, None)
        row = await record_clip(
            self.call,
            self.services,
            max=record.max,
            silence=record.silence,
            finish_on=record.finish_on,
        )
        if row is None:
            return await self._replies(record.on_empty)
        if record.into is not None:
            self.values[record.into] = row.id
        return NEXT

    async def _voicemail(self, box: model.Voicemail) -> str | None:
        """The greeting is played here, so that it is noted as every prompt is; a key that ends it or
        leaves it stays in the type-ahead, where the mailbox finds it."""
        escape = "".join(box.escape)
        greeting = self._find(box.greeting)
        label = " ".join(sound.id for sound in greeting)
        await self._sound(label, greeting, box.finish_on + escape)
        taken = await self.services.mailboxes.take(
            self.call,
            box.box,
            greeting=(),
            max=box.max,
            silence=box.silence,
            finish_on=box.finish_on,
            escape=escape,
            label=label,
        )
        if taken.message is not None and box.saved is not None:
            await self._play(box.saved, None)
        if taken.reason == "escape" and taken.digit is not None:
            return box.escape[taken.digit]
        if taken.message is None:
            return await self._replies(box.on_empty)
        return NEXT


def _is_seat(to: str) -> bool:
    return Destination.of(to).kind is Kind.SEAT
