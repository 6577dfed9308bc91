"""What is said of calls that seats send on: to an operator to whom one comes back, and to a caller who is
sent to a box. By shipped prompts, of a language that they have, else in English."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ctidrv.apps.ivr.prompts import Prompts
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.apps.voicemail import Mailboxes
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.native.pcm import Pcm

_SAID = {
    Reached.NO_ANSWER: "returned-no-answer",
    Reached.BUSY: "returned-busy",
    Reached.FAILED: "returned-failed",
    Reached.ANSWERED: "returned-left",  # who was asked first
}
_LANGUAGES = ("en-US", "zh-CN")
_ASKED = "please-leave-message"


def spoken_reasons(language: str) -> dict[Reached, Pcm]:
    """Why a call comes back, in words."""
    return {reached: _spoken(language, prompt) for reached, prompt in _SAID.items()}


def message_taker(boxes: Mailboxes, office: str) -> Callable[[Call, str, str | None], Awaitable[None]]:
    """Takes a message for a box, in a language or else the office's; the words are read now, in no call."""
    words = {each: (_spoken(each, _ASKED), _spoken(each, "message-saved")) for each in (*_LANGUAGES, office)}

    async def take(call: Call, box: str, language: str | None) -> None:
        greeting, saved = words.get(language or office, words[office])
        await boxes.take(call, box, greeting=[greeting], saved=[saved], label=_ASKED)

    return take


def _spoken(language: str, prompt: str) -> Pcm:
    prompts = Prompts(shipped_folder(), "prompts/{lang}", _LANGUAGES)
    return prompts.find(language if language in _LANGUAGES else _LANGUAGES[0], prompt).audio
