"""What Python code that joins in a voice menu may use; nothing else of ctidrv is promised to it.

Times are samples, 8,000 a second (`ctidrv.units`). Once the caller is gone every wait of a `Call` raises
`CallEnded`, so that ``finally`` cleans up.
"""

from ctidrv.apps.ivr.asking import Entry, read_choice, read_digits
from ctidrv.apps.ivr.prompts import NothingToSay, PromptMissing, Prompts, Sound
from ctidrv.apps.ivr.words import DigitCount
from ctidrv.callcontrol.call import Call, Caller, CallState
from ctidrv.callcontrol.plays import Played
from ctidrv.callcontrol.take import Recorded
from ctidrv.errors import CallEnded, CtiError

__all__ = [
    "Call",
    "CallEnded",
    "CallState",
    "Caller",
    "CtiError",
    "DigitCount",
    "Entry",
    "NothingToSay",
    "Played",
    "PromptMissing",
    "Prompts",
    "Recorded",
    "Sound",
    "read_choice",
    "read_digits",
]
