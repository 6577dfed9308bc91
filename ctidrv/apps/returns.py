"""What an operator is told to whom a call comes back."""

from __future__ import annotations

from ctidrv.apps.ivr.prompts import Prompts
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.native.pcm import Pcm

_SAID = {
    Reached.NO_ANSWER: "returned-no-answer",
    Reached.BUSY: "returned-busy",
    Reached.FAILED: "returned-failed",
    Reached.ANSWERED: "returned-left",  # who was asked first
}
_LANGUAGES = ("en-US", "zh-CN")


def spoken_reasons(language: str) -> dict[Reached, Pcm]:
    """By shipped prompts, of the office's language if they have it, else in English."""
    prompts = Prompts(shipped_folder(), "prompts/{lang}", _LANGUAGES)
    chosen = language if language in _LANGUAGES else _LANGUAGES[0]
    return {reached: prompts.find(chosen, prompt).audio for reached, prompt in _SAID.items()}
