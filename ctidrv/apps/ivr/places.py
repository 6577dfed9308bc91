"""A caller's place in a queue, in words: the phrase `queue-position` of a script's prompts."""

from __future__ import annotations

from ctidrv.apps.ivr.prompts import NothingToSay, PromptMissing, Prompts
from ctidrv.callcontrol.waited import Spoken

PHRASE = "queue-position"
VALUE = "position"


def spoken_place(prompts: Prompts, language: str, place: int) -> Spoken | None:
    """None: it cannot be said (above 20), or the script has no such phrase; the music goes on."""
    try:
        sounds = prompts.say(language, PHRASE, {VALUE: str(place)})
    except (NothingToSay, PromptMissing):
        return None
    return Spoken(PHRASE, sounds[0].language, [sound.audio for sound in sounds])
