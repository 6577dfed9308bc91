"""Event mode against what it stands for: the same orders to the core's engine and plant, the same events."""

from __future__ import annotations

import random

import pytest

from ctidrv.native import lib
from ctidrv.native.engine import NativeEngine
from ctidrv.native.pcm import Pcm
from ctidrv.native.pulses import pulse_value, receiver
from ctidrv.native.tones import Part, tone
from ctidrv.units import TICK
from hwsim.eventmode.engine import EventEngine
from hwsim.eventmode.plant import EventPlant
from hwsim.plant import LineSettings, Plant

LINE = LineSettings()


def pair(phones=1):
    """Both engines with their plants."""
    plant, silent = Plant(1, phones, seed=1, line=LINE), EventPlant(1, phones, line=LINE)
    for each in (plant, silent):
        each.pulses(receiver(numbering="usual", one_ms=80, flash_ms=400))
    engine, event_engine = NativeEngine(1, 1, record_seconds=2), EventEngine(1, 1)
    engine.add_board(plant.board)
    event_engine.add_board(silent.board)
    return (engine, plant), (event_engine, silent)


def told(engine, plant, kinds):
    """A tick's events of both."""
    engine.tick()
    return [
        (event.kind, event.at, event.start, event.port, event.value, event.length, event.ref)
        for event in (*engine.events(), *plant.events())
        if event.kind in kinds
    ]


@pytest.mark.parametrize("seed", range(12))
def test_prompts_end_as_the_cores_player_ends_them(seed):
    """Any order of prompts, tones, interruptions and stops: who ended, why, at which sample, how long."""
    dice = random.Random(seed)
    sounds = [Pcm([1000] * dice.randint(1, 3000)) for _ in range(6)]
    beep = tone([Part((1000,), -10, 120)])
    real, silent = pair()
    ref = 0
    seen: list[list[tuple[int, ...]]] = [[], []]
    for _ in range(300):
        for _ in range(dice.choice((0, 0, 0, 1, 2))):
            ref += 1
            what, sound = (
                dice.choice(("pcm", "pcm", "tone", "limited", "now", "stop", "all")),
                dice.choice(sounds),
            )
            for engine, _ in (real, silent):
                if what == "pcm":
                    engine.play(0, ref, pcm=sound.ptr, samples=len(sound))
                elif what == "tone":
                    engine.play(0, ref, tone=beep.ptr, samples=-1)
                elif what == "limited":
                    engine.play(0, ref, tone=beep.ptr, samples=500)
                elif what == "now":
                    engine.play(0, ref, pcm=sound.ptr, samples=len(sound), at_once=True)
                else:
                    engine.stop(0, -1 if what == "all" else max(1, ref - 2))
        for place, (engine, plant) in enumerate((real, silent)):
            seen[place] += told(engine, plant, {lib.CTI_EV_PLAY_DONE})
    assert len(seen[0]) > 40
    # An interruption or an end on a tick's edge may be told one tick apart; times and lengths are the same.
    assert sorted(each[1:] for each in seen[0]) == sorted(each[1:] for each in seen[1])


@pytest.mark.parametrize("seed", range(8))
def test_hooks_pulses_and_flash_are_read_at_the_same_samples(seed):
    dice = random.Random(seed)
    real, silent = pair()
    seen: list[list[tuple[int, ...]]] = [[], []]
    kinds = {
        lib.CTI_EV_HOOK,
        lib.CTI_EV_FLASH,
        lib.CTI_EV_PULSING,
        lib.CTI_EV_DIGIT_DOWN,
        lib.CTI_EV_DIALLED,
        lib.CTI_EV_SEIZED,
        lib.CTI_EV_RELEASED,
    }
    for _ in range(1200):
        chance, value = dice.random(), dice.randint(80, 3000)
        key = dice.choice("0123456789")
        digit = pulse_value(key, numbering="usual", break_ms=60, make_ms=40, pause_ms=300)
        for engine, plant in (real, silent):
            if chance < 0.02:
                plant.hook(1, value % 2 == 0)
            elif chance < 0.04:
                engine.line(0, lib.CTI_LINE_HOOK, value % 2)
            elif chance < 0.05:
                plant.phone_flash(1, value)
            elif chance < 0.06:
                plant.phone_pulses(1, digit)
            elif chance < 0.07:
                engine.line(0, lib.CTI_LINE_PULSES, digit)
        for place, (engine, plant) in enumerate((real, silent)):
            seen[place] += told(engine, plant, kinds)
    assert len(seen[0]) > 20
    assert sorted(seen[0]) == sorted(seen[1])


def test_time_passes_to_the_tick_in_which_something_happens():
    _, (engine, plant) = pair()
    engine.play(0, 1, pcm=Pcm([1] * 8000).ptr, samples=8000)
    assert engine.idle(100) == 0  # a command waits
    engine.tick()
    assert engine.idle(10) == 10
    assert engine.idle(1000) == 38  # of the 50 ticks of a second 11 are gone, and the last one has its end
    assert [event.kind for event in (engine.tick(), *engine.events())[1:]] == [lib.CTI_EV_PLAY_DONE]
    assert plant.now == 50 * TICK
