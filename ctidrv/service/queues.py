"""What the station's queues are made of: their rules and their music, from station.toml."""

from __future__ import annotations

from ctidrv.apps.ivr.prompts import read_prompt
from ctidrv.apps.music import hold_music
from ctidrv.callcontrol.queue import Rules
from ctidrv.config import QueueConfig, StationConfig
from ctidrv.errors import InputError
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds


def queue_rules(config: QueueConfig) -> Rules:
    return Rules(
        config.name,
        config.seats,
        ring=seconds(config.ring),
        every=seconds(config.announce),
        leave=config.leave,
        timeout=seconds(config.timeout),
        most=config.most,
    )


def queue_music(config: StationConfig, queue: QueueConfig) -> Pcm:
    """Read when the station starts: a file that is missing is known before a call is. InputError."""
    path = config.music_path(queue)
    try:
        return hold_music() if path is None else read_prompt(path)
    except InputError as error:
        raise InputError(f"{queue.where}: music: {error}" if queue.where else str(error)) from error
