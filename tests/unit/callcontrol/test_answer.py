"""Who answered, from events alone: each way through the judge, with the moment at which it is known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ctidrv.callcontrol.answer import Answer, AnswerJudge
from ctidrv.events import BeepHeard, FaxTone, PortEvent, ToneOff, ToneOn, VoiceOff, VoiceOn
from ctidrv.units import PortId, Samples, ms

PORT = PortId("sim/1")


def said(begin: float, end: float) -> list[PortEvent]:
    """A voice, as the detector tells of it: 80 ms late, and 500 ms after its end."""
    return [
        VoiceOn(Samples(ms(begin) + 640), PORT, ms(begin)),
        VoiceOff(Samples(ms(end) + 4000), PORT, ms(end)),
    ]


def beep(begin: float, length: float) -> BeepHeard:
    return BeepHeard(Samples(ms(begin + length) + 480), PORT, ms(begin), ms(length), 1000)


def ringback(begin: float, end: float) -> list[PortEvent]:
    return [
        ToneOn(ms(begin), PORT, "ringback", ms(begin - 3000)),
        ToneOff(Samples(ms(end) + 800), PORT, "ringback", ms(end)),
    ]


def told(events: Sequence[PortEvent], until: float = 90_000) -> list[tuple[str, float, float]]:
    """Who, known at (ms), how sure."""
    judge = AnswerJudge(Samples(0))
    made: list[Answer] = []
    for event in sorted(events, key=lambda event: event.at):
        made += judge.on_event(event)
    made += judge.advance(ms(until))
    return [(each.who, each.at / 8, each.confidence) for each in made]


@pytest.mark.parametrize(("length", "sure"), [(500, 0.95), (1300, 0.85), (2800, 0.7)])
def test_a_word_and_a_silence_is_a_person_less_sure_the_longer_it_is(length: float, sure: float) -> None:
    assert told(said(900, 900 + length)) == [("human", 900 + length + 800, sure)]


def test_a_greeting_that_goes_on_is_a_machine_before_it_ends() -> None:
    assert told(said(500, 9000)) == [("machine", 500 + 3500, 0.8)]


def test_a_greeting_of_short_sentences_is_a_machine_too() -> None:
    sentences = [*said(500, 1500), *said(2200, 3000), *said(3700, 9000)]
    assert [who for who, _, _ in told(sentences)] == ["machine"]


def test_the_beep_of_a_machine_is_told_with_its_end() -> None:
    judge = AnswerJudge(Samples(0))
    events: list[PortEvent] = [*said(500, 9000), beep(9900, 400)]
    made = [answer for event in events for answer in judge.on_event(event)]
    assert [(each.who, each.beep) for each in made] == [("machine", None), ("machine", ms(10_300))]
    assert made[-1].confidence > made[0].confidence
    assert [each.start for each in made] == [ms(500)] * 2


def test_a_short_greeting_with_a_beep_is_put_right() -> None:
    verdicts = told([*said(500, 1500), beep(3000, 300)])
    assert [who for who, _, _ in verdicts] == ["human", "machine"]
    assert verdicts[1][1] == 3300 + 1600


def test_busy_tone_behind_a_person_is_no_beep() -> None:
    bursts = [beep(4000 + 700 * k, 350) for k in range(5)]
    assert [who for who, _, _ in told([*said(500, 1500), *bursts])] == ["human"]


def test_a_second_beep_and_one_before_any_voice_say_nothing() -> None:
    assert told([beep(500, 300)]) == [("unknown", 5000, 0.0)]
    verdicts = told([*said(500, 9000), beep(9900, 400), beep(12_000, 400)])
    assert [who for who, _, _ in verdicts] == ["machine", "machine"]


def test_nobody_speaks_is_unknown_from_the_end_of_ringback_on() -> None:
    assert told([]) == [("unknown", 5000, 0.0)]
    assert told(ringback(3000, 12_000)) == [("unknown", 17_000, 0.0)]
    assert told([ToneOn(ms(3000), PORT, "ringback", Samples(0))], until=20_000) == []


def test_where_the_answer_is_not_known_nothing_runs_out_before_a_voice() -> None:
    judge = AnswerJudge(None)
    assert judge.advance(ms(60_000)) == []
    assert judge.due() is None
    assert [each.who for each in judge.end(ms(60_000))] == ["unknown"]
    judge = AnswerJudge(None)
    made = [answer for event in said(20_000, 20_500) for answer in judge.on_event(event)]
    assert [each.who for each in made + judge.end(ms(30_000))] == ["human"]


@pytest.mark.parametrize("tone", ["ced", "ansam", "v21"])
def test_a_fax_machine_is_known_by_its_tone_and_stays_one(tone: str) -> None:
    answer = FaxTone(ms(2000), PORT, tone, ms(1500))
    assert told([answer, *said(4000, 9000), beep(10_000, 300)]) == [("fax", 2000, 0.99)]
    late = FaxTone(ms(7000), PORT, tone, ms(6500))
    assert [who for who, _, _ in told([late])] == ["unknown", "fax"]
