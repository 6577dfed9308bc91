"""Operators at the board's own telephone and headset, with an engine that rings, speaks and listens."""

import asyncio
import shutil
import subprocess

import pytest

from ctidrv.errors import NotCapable
from ctidrv.events import DigitDown, DigitUp, Flash, HookChanged, RingOn, Seized, VoiceOn
from ctidrv.media.wav import WavWriter
from ctidrv.native import cid
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able, Kind
from ctidrv.ports.regions import country_tone
from ctidrv.units import TICK, Samples, ms, seconds
from hwsim.listener import NotHeard

FXO, FXS, HANDSET = 0, 1, 2
CADENCE = (seconds(2), seconds(4))
MESSAGE = cid.encode_mdmf(when="03081000", number="5557777", name=b"ANN LEE")


@pytest.fixture
def desk(make_office):
    """A line, an FXS port and a headset at one board."""
    return make_office(phones=1, fxs=1, handsets=1)


async def ring(office, port, *, times, data=None):
    """By the cadence, until it is answered, `times` at the most; caller ID behind the first burst."""
    channel = office.lines[port]

    def lifted():
        return any(event.off_hook for event in office.of(HookChanged, line=port))

    for burst in range(times):
        channel.ring()
        await office.clock.sleep(CADENCE[0])
        channel.stop_ring()
        if burst == 0 and data is not None:
            await office.clock.sleep(ms(500))
            channel.play(data)
        end = office.clock.now() + CADENCE[1] - (ms(500) if burst == 0 and data is not None else 0)
        while office.clock.now() < end and not lifted():
            await office.clock.sleep(TICK)
        if lifted():
            return


def test_ports_come_behind_the_lines_and_say_what_they_are(desk):
    kinds = [(port.id, port.kind, port.label, port.canceller_ms) for port in desk.board.ports]
    assert kinds == [
        ("sim/1", Kind.FXO, "simulated line 8001", 16),
        ("sim/2", Kind.FXS, "simulated telephone 1", 16),
        ("sim/3", Kind.HANDSET, "simulated headset 1", 0),
    ]
    fxs, handset = desk.board.ports[1:]
    assert fxs.able("loop_break") is fxs.able("polarity") is fxs.able("onhook_audio") is Able.YES
    assert handset.able("loop_break") is handset.able("polarity") is handset.able("onhook_audio") is Able.NO


def test_operator_reads_who_calls_answers_talks_keys_dials_flashes_and_hangs_up(desk, speech):
    ann, channel = desk.board.operators[0], desk.lines[FXS]
    prompt, words = speech(seconds(2)), speech(seconds(1), seed=2)

    async def scene():
        task = asyncio.ensure_future(ring(desk, FXS, times=5, data=cid.fsk_burst(MESSAGE)))
        await ann.answer(rings=2, after=ms(700))
        lifted = await desk.event(HookChanged, line=FXS)
        await task
        channel.play(prompt)
        match = await ann.hears(prompt)
        await ann.speak(words)
        await desk.event(VoiceOn, line=FXS)
        await ann.press("1#")
        tones = [await desk.event(DigitDown, line=FXS) for _ in range(2)]
        await ann.turn_dial("905")
        pulses = [await desk.event(DigitDown, line=FXS) for _ in range(3)]
        await ann.flash()
        flash = await desk.event(Flash, line=FXS)
        hung_up = desk.clock.now()
        await ann.hang_up()
        down = await desk.event(HookChanged, line=FXS)
        return lifted, match, tones, pulses, flash, hung_up, down

    lifted, match, tones, pulses, flash, hung_up, down = desk.play(scene())
    shown = ann.shown[0]
    assert (shown.number, shown.name, shown.checksum_ok) == ("5557777", "ANN LEE", True)
    assert len(ann.shown) == 1
    assert lifted.off_hook
    assert lifted.at == pytest.approx(sum(CADENCE) + ms(700), abs=2 * TICK)
    assert match.gain_db == pytest.approx(-0.5, abs=0.3)
    assert [(each.digit, each.source) for each in tones] == [("1", "dtmf"), ("#", "dtmf")]
    assert [(each.digit, each.source) for each in pulses] == [(digit, "pulse") for digit in "905"]
    assert flash.length == ms(desk.region.dialling.flash_ms)
    assert not down.off_hook
    assert down.at - hung_up == pytest.approx(ms(2 * desk.region.dialling.flash_ms), abs=2 * TICK)
    assert len(desk.of(HookChanged, line=FXS)) == 2  # pulses and flash are no hang-up
    assert len(desk.of(DigitDown, line=FXS)) == len(desk.of(DigitUp, line=FXS)) == 5
    assert [note.what for note in ann.notes] == [
        "rings",
        "reads",
        "rings",
        "lifts the handset",
        "hears",
        "speaks",
        "stops speaking",
        "presses",
        "turns the dial",
        "flashes",
        "hangs up",
    ]


def test_number_is_on_the_wire_for_a_receiver_that_is_not_ours(desk, tmp_path):
    if shutil.which("minimodem") is None:
        pytest.skip("minimodem is not installed")
    ann = desk.board.operators[0]
    ann.display = False
    plant, line = desk.board._plant, ann.index

    async def scene():
        await ring(desk, FXS, times=1)
        plant.phone_frames(line)
        plant.phone_record(line, True)
        desk.lines[FXS].play(cid.fsk_burst(MESSAGE))
        await desk.clock.sleep(seconds(2))
        return Pcm.from_bytes(plant.phone_frames(line)[1])

    heard = desk.play(scene())
    file = WavWriter(tmp_path / "heard.wav", 1)
    file.write(heard.bytes)
    file.close()
    read = ["minimodem", "--rx", "-q", "-f", "heard.wav", "callerid"]
    said = subprocess.run(read, cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert "5557777" in said
    assert "ANN LEE" in said


def test_headset_hears_every_bit_of_what_is_played_and_gives_none_of_it_back(desk, speech):
    bob, channel, prompt = desk.board.operators[1], desk.lines[HANDSET], speech(seconds(1))
    heard = []

    class Sink:
        def write(self, frames):
            heard.append(frames)

        def close(self): ...

    async def scene():
        channel.ring()
        await bob.answer()
        recording = channel.record_sample(Sink())
        await channel.play(prompt).done()
        await desk.clock.sleep(seconds(1))
        await recording.stop()
        await desk.clock.sleep(seconds(1))
        match = await bob.hears(prompt)
        await bob.flash()
        await desk.event(Flash, line=HANDSET)
        await bob.hang_up()
        return match

    match = desk.play(scene())
    assert match.gain_db == pytest.approx(0, abs=0.01)
    assert match.snr_db > 60
    assert len(b"".join(heard)) > 2 * seconds(1)
    assert not any(b"".join(heard))
    assert bob.shown == []


def test_operator_lets_it_ring_and_the_next_call_is_counted_afresh(desk):
    ann = desk.board.operators[0]

    async def scene():
        task = asyncio.ensure_future(ring(desk, FXS, times=3, data=cid.fsk_burst(MESSAGE)))
        rang = await ann.ignore()
        await task
        await ring(desk, FXS, times=1)
        again = ann.rings
        with pytest.raises(NotHeard, match=r"the operator at sim/2 waited 1 s for ring 3: "):
            await ann.answer(rings=3, within=seconds(1))
        return rang, again

    assert desk.play(scene()) == (3, 1)
    assert ann.unanswered == [3]
    assert [each.number for each in ann.shown] == ["5557777"]
    assert desk.of(HookChanged, line=FXS) == []


def test_who_forgets_the_handset_stays_off_hook_and_hears_what_he_is_told(desk):
    ann = desk.board.operators[0]

    async def scene():
        away = asyncio.ensure_future(ann.forget_off_hook(seconds(60)))
        await desk.event(HookChanged, line=FXS)
        await desk.clock.sleep(seconds(20))
        desk.lines[FXS].ring()  # nobody can ring it
        desk.lines[FXS].play(country_tone(desk.region, "busy"), samples=seconds(10))
        await ann.hears_tone("busy")
        refused = desk.engine.stats().commands_refused
        await away
        down = await desk.event(HookChanged, line=FXS)
        return refused, down

    refused, down = desk.play(scene())
    assert refused == 1
    assert ann.rings == 0
    assert not down.off_hook
    assert down.at > seconds(60)


def test_operator_dials_behind_the_tone_that_the_board_gives_him(desk):
    ann, channel = desk.board.operators[0], desk.lines[FXS]

    async def scene():
        dialled = asyncio.ensure_future(ann.dial("12", how="pulse"))
        await desk.event(HookChanged, line=FXS)
        play = channel.play(country_tone(desk.region, "dial"), stop_on="0123456789*#")
        digits = [await desk.event(DigitDown, line=FXS) for _ in range(2)]
        await dialled
        await ann.hang_up()
        done = await play.done()
        await ann.dial("3", tone=None)
        digits.append(await desk.event(DigitDown, line=FXS))
        return digits, done

    digits, done = desk.play(scene())
    assert [(each.digit, each.source) for each in digits] == [("1", "pulse"), ("2", "pulse"), ("3", "dtmf")]
    assert done.reason == "digit"


def test_board_cuts_and_reverses_what_feeds_the_telephone(desk, speech):
    ann, channel, words = desk.board.operators[0], desk.lines[FXS], speech(seconds(1))

    async def scene():
        await ann.lift()
        await desk.event(HookChanged, line=FXS)
        channel.polarity(True)
        channel.battery(False)
        await desk.clock.sleep(ms(400))
        channel.play(words)
        with pytest.raises(NotHeard):
            await ann.hears(words, within=seconds(3))
        channel.battery(True)
        await desk.clock.sleep(TICK)
        channel.play(words)
        await ann.hears(words)

    desk.play(scene())
    for port in (FXO, HANDSET):
        with pytest.raises(NotCapable, match="cannot cut its battery"):
            desk.lines[port].battery(False)
        with pytest.raises(NotCapable, match="cannot reverse its polarity"):
            desk.lines[port].polarity(True)
    with pytest.raises(NotCapable, match="sim/1: a port of kind FXO cannot ring"):
        desk.lines[FXO].ring()
    with pytest.raises(NotCapable, match="sim/2: a port of kind FXS cannot seize"):
        desk.lines[FXS].seize()


def test_our_own_voice_is_taken_out_of_what_comes_from_the_telephone(desk, speech):
    """The hybrid returns it 18 dB down; a second of speech, and the canceller has learnt the line."""
    ann, channel, words = desk.board.operators[0], desk.lines[FXS], speech(seconds(4))
    heard = bytearray()

    class Sink:
        def write(self, frames):
            heard.extend(frames)

        def close(self): ...

    async def scene():
        await ann.lift()
        recording = channel.record_sample(Sink())
        await channel.play(words).done()
        await recording.stop()
        await desk.clock.sleep(TICK)

    desk.play(scene())
    late = Pcm.from_bytes(bytes(heard))[seconds(2) : seconds(4)]
    sent = words[seconds(2) : seconds(4)]

    def power(pcm):
        return sum(each * each for each in pcm) / len(pcm)

    assert power(late) < power(sent) / 10**3.5


def test_lines_of_the_exchange_are_served_as_ever_beside_them(desk, speech):
    """A caller at the line, and nothing of it at the telephones."""
    caller, prompt = desk.board.caller(), speech(seconds(1))

    async def scene():
        await caller.dial("8001")
        await desk.event(RingOn)
        desk.lines[FXO].seize()
        await desk.event(Seized)
        desk.lines[FXO].play(prompt)
        match = await caller.hears(prompt)
        await caller.hang_up()
        return match

    assert desk.play(scene()).gain_db == pytest.approx(-6, abs=1)
    assert desk.told[FXS] == desk.told[HANDSET] == []


def test_idle_time_passes_by_while_nobody_is_at_the_telephones(desk):
    async def scene():
        for line in desk.lines:
            line.listen(0)
        await desk.clock.sleep(seconds(3))
        before = desk.engine.native.stats().ticks
        desk.engine.idle(seconds(3600))
        return desk.engine.native.stats().ticks - before

    assert desk.play(scene(), limit=4000) > Samples(0)
