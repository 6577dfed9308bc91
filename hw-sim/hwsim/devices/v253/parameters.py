"""The parameters (``+NAME``) of a voice modem: what each takes, and what it holds. Tables."""

from __future__ import annotations

from ctidrv.modem.settings import Settings
from hwsim.devices.v253.personas import Persona

VOICE = {
    "+VRA": ("70", "0-255"),  # 0.1 s: ringback gone away
    "+VRN": ("10", "0-255"),  # s: ringback never came
    "+VNH": ("0", "0-2"),
    "+VIT": ("0", "0-255"),  # s without a sign of the host; 0: for ever
    "+VTD": ("10", "1-255"),  # 0.01 s, of a digit
    "+VGT": ("128", "112-134"),
    "+VGR": ("128", "112-134"),
    "+VDR": ("0,0", "0-255/0-255"),
    "+VEM": ("0", "0-1"),
}
"""Name: (default, ranges of each value, by ``/``); those that want +FCLASS=8."""
ALWAYS = {
    "+VCID": ("0", "0-2"),
    "+IFC": ("2,2", "0-3/0-2"),
    "+ICF": ("3,3", "0-6/0-3"),
    "+IPR": ("0", "0-230400"),
    "+DS": ("3,0", "0-3/0-1"),
    "+ES": ("3,0", "0-6/0-4"),
}


def settings_of(persona: Persona) -> Settings:
    """As a modem of this persona is at first."""
    silence = (f"{persona.silence_off},50", f"{persona.silence}/0-255")
    return Settings({**ALWAYS, **VOICE, "+VSD": silence, **persona.extra})


def wants_voice(name: str) -> bool:
    """In class 8 only."""
    return name in VOICE or name == "+VSD"
