"""The commands of a voice modem, by name: what each does, and what it answers (ITU-T V.250, V.253)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from ctidrv.modem.at_line import Command, NoCommand, check_number, numbers
from ctidrv.modem.settings import SWITCHES
from ctidrv.modem.wording import Result
from hwsim.devices.v253.dialling import answer_data, dial
from hwsim.devices.v253.formats import CODINGS
from hwsim.devices.v253.parameters import wants_voice
from hwsim.devices.v253.sounds import tone_list
from hwsim.devices.v253.wording import COUNTRIES, EVENTS_IDLE, EVENTS_OFF_HOOK, event_mask

if TYPE_CHECKING:
    from hwsim.devices.v253.modem import VoiceModem

Answer: TypeAlias = "Result | list[str] | Awaitable[Result] | None"
"""Lines to tell, then OK; a result at once; one that takes its time. None: OK, and the next command."""
Does: TypeAlias = "Callable[[VoiceModem, Command], Answer]"

FAX_CLASSES = ("1", "1.0")
_RATE = 8000
_LINES = {0: "", 1: "T"}
"""+VLS: on hook, and the telephone line."""


def execute(modem: VoiceModem, command: Command) -> Answer:
    """NoCommand for what this modem does not have."""
    name, settings = command.name, modem.settings
    text = modem.persona.answers.get(
        f"{name}{command.value}" if name == "I" and command.value != "0" else name
    )
    if text is not None and not command.how:
        return [text]
    if name in COMMANDS:
        return COMMANDS[name](modem, command)
    if settings.knows(name):
        if wants_voice(name):
            _needs_voice(modem)
        return settings.parameter(command)
    if re.fullmatch("S[0-9]+", name):
        return settings.register(command)
    if name in SWITCHES:
        settings.switch(command)
        return None
    if name in modem.persona.takes or name == "":
        return None
    raise NoCommand(name)


def _needs_voice(modem: VoiceModem) -> None:
    if not modem.voice_class:
        raise NoCommand("in class 8 only")


def _identity(modem: VoiceModem, command: Command) -> Answer:
    which = int(command.value or 0)
    texts = {1: "000", 2: None, 4: modem.persona.model, 5: "0", 6: modem.persona.revision, 7: "255"}
    if which not in texts:
        raise NoCommand(command.name)
    text = texts[which]
    return None if text is None else [text]


def _text(of: Callable[[VoiceModem], str]) -> Does:
    def tell(modem: VoiceModem, command: Command) -> Answer:
        if command.how not in ("", "?"):
            raise NoCommand(command.name)
        return [of(modem)]

    return tell


def _class(modem: VoiceModem, command: Command) -> Answer:
    if command.how == "?":
        return [str(8 if modem.voice_class else 0)]
    fax = FAX_CLASSES if modem.persona.fax else ()
    if command.how == "=?":
        return [",".join(("0", *fax, "8"))]
    if command.how != "=" or command.value not in ("0", "8", *fax):
        raise NoCommand(command.value)
    if command.value in fax:
        modem.enter_fax(command.value)
        return Result.OK
    if command.value == "0":
        modem.release()
    modem.voice_class = command.value == "8"
    return None


def _line(modem: VoiceModem, command: Command) -> Answer:
    _needs_voice(modem)
    if command.how == "?":
        return [f"{int(modem.line.off_hook)},{_label(int(modem.line.off_hook))}"]
    if command.how == "=?":
        idle, active = event_mask(EVENTS_IDLE), event_mask(EVENTS_OFF_HOOK)
        return [
            f"{line},{_label(line)},{idle if line == 0 else active}," + active + f",{idle}" for line in _LINES
        ]
    if command.how != "=" or command.value not in ("0", "1"):
        raise NoCommand(command.value)
    if command.value == "1":
        modem.seize()
    else:
        modem.release()
    return None


def _label(line: int) -> str:
    return f'"{_LINES[line]}"'


def _format(modem: VoiceModem, command: Command) -> Answer:
    _needs_voice(modem)
    if command.how == "?":
        return [f"{modem.format.number},{_RATE},0,0"]
    if command.how == "=?":
        tail = modem.persona.format_tail
        if tail.startswith("("):
            return [f'{each.number},"{each.name}",{tail}' for each in modem.persona.formats]
        return [f'{each.number},"{each.name}",{each.bits},{tail}' for each in modem.persona.formats]
    if command.how != "=":
        raise NoCommand(command.name)
    wanted = numbers(command.value, 4)
    found = [each for each in modem.persona.formats if each.number == wanted[0]]
    if not found or (len(wanted) > 1 and wanted[1] not in (None, _RATE)):
        raise NoCommand(command.value)
    modem.format = found[0]
    return None


def _stream(*, plays: bool, records: bool) -> Does:
    def begin(modem: VoiceModem, command: Command) -> Answer:
        _needs_voice(modem)
        if command.how or not modem.line.off_hook or (plays and records and not modem.full_duplex):
            raise NoCommand(command.name)
        modem.begin_stream(CODINGS[modem.format.coding], plays=plays, records=records)
        return Result.CONNECT

    return begin


def _tones(modem: VoiceModem, command: Command) -> Answer:
    _needs_voice(modem)
    if command.how == "=?":
        return ["(200-3400),(200-3400),(1-500)"]
    if command.how != "=" or not modem.line.off_hook:
        raise NoCommand(command.name)
    items = tone_list(command.value, modem.settings.number("+VTD"))

    async def sound() -> Result:
        for item in items:
            if isinstance(item, str):
                await modem.flash()
            else:
                await modem.say(item)
        return Result.OK

    return sound()


def _caller_id_again(modem: VoiceModem, command: Command) -> Answer:
    if command.how != "=" or command.value not in ("0", "1"):
        raise NoCommand(command.value)
    return modem.caller_id_lines(formatted=command.value == "0")


def _country(modem: VoiceModem, command: Command) -> Answer:
    if command.how == "?":
        return [modem.country_code]
    if command.how == "=?":
        return [f"({','.join(COUNTRIES)})"]
    if command.how != "=" or command.value not in COUNTRIES:
        raise NoCommand(command.value)
    modem.set_country(command.value)
    return None


def _dial(modem: VoiceModem, command: Command) -> Answer:
    check_number(command.value)
    modem.abortable = True
    return dial(modem, command.value)


def _answer(modem: VoiceModem, command: Command) -> Answer:
    if modem.voice_class:
        modem.seize()
        return Result.OK
    modem.abortable = True
    return answer_data(modem)


def _hook(modem: VoiceModem, command: Command) -> Answer:
    if command.value not in ("", "0", "1"):
        raise NoCommand(command.value)
    if command.value == "1":
        modem.seize()
    else:
        modem.release()
    return None


def _reset(modem: VoiceModem, command: Command) -> Answer:
    modem.reset()
    return None


def _factory(modem: VoiceModem, command: Command) -> Answer:
    modem.factory()
    return None


def _store(modem: VoiceModem, command: Command) -> Answer:
    if command.value not in ("", "0", "1"):
        raise NoCommand(command.value)
    modem.store()
    return None


COMMANDS: dict[str, Does] = {
    "A": _answer,
    "D": _dial,
    "H": _hook,
    "I": _identity,
    "Z": _reset,
    "O": lambda modem, command: Result.NO_CARRIER,
    "&F": _factory,
    "&V": lambda modem, command: modem.settings.told(),
    "&W": _store,
    "+GMI": _text(lambda modem: modem.persona.maker),
    "+GMM": _text(lambda modem: modem.persona.model),
    "+GMR": _text(lambda modem: modem.persona.revision),
    "+FMI": _text(lambda modem: modem.persona.maker),
    "+FMM": _text(lambda modem: modem.persona.model),
    "+FMR": _text(lambda modem: modem.persona.revision),
    "+GCAP": _text(lambda modem: "+GCAP: +FCLASS,+VCID"),
    "+GCI": _country,
    "+FCLASS": _class,
    "+VLS": _line,
    "+VSM": _format,
    "+VTX": _stream(plays=True, records=False),
    "+VRX": _stream(plays=False, records=True),
    "+VTR": _stream(plays=True, records=True),
    "+VTS": _tones,
    "+VRID": _caller_id_again,
}
