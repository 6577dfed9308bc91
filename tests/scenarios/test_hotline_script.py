"""The shipped hotline script on a simulated line: ringing, caller ID, keys and speech as real audio."""

from datetime import UTC, datetime

import pytest

from ctidrv.apps.ivr import load, shipped_script
from ctidrv.apps.ivr.run import Services, run
from ctidrv.apps.voicemail import Mailboxes
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.line import LineController
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.clock import SampleClock
from ctidrv.folder import DataFolder
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.media.wav import read_wav
from ctidrv.ports.api import DriverContext
from ctidrv.ports.regions import load_region, progress_config
from ctidrv.units import TICK, seconds
from hwsim.board import open_board


class Kept:
    """A repository that only remembers messages."""

    def __init__(self):
        self.messages = []

    def put_message(self, row):
        self.messages.append(row)

    async def committed(self):
        pass


class Office:
    """One simulated line that the hotline script serves, and its caller."""

    def __init__(self, folder, country="US"):
        self.clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        settings = {"lines": 1, "phones": 1, "country": country, "loss_db": 6.0, "noise_dbm0": -60.0}
        self.board = open_board("sim", settings, DriverContext(self.clock, folder, 7, live=False))
        self.board.open()
        self.engine = MediaEngine([self.board], self.clock, inline=True)
        journal, ids, self.log = Journal(self.clock), Ids(7), []
        journal.subscribe(self.log.append)
        self.kept = Kept()
        data = DataFolder(folder)
        boxes = Mailboxes(data, self.kept, self.clock, ids)
        self.services = Services(boxes, data, self.kept, self.clock, ids)
        self.script = load(shipped_script("hotline.ivr.yaml"))
        region = load_region(country)
        (channel,) = self.engine.channels
        self.engine.progress(channel.info.id, progress_config(region))
        self.line = LineController(
            channel, self.clock, journal, ids, LineProfile.for_region(region), self.on_call
        )
        self.line.start()
        self.begun = 0

    async def on_call(self, call):
        self.call = call
        await run(self.script, call, self.services)
        await call.ended()

    async def prompt(self, name, within=40):
        """Waits for the beginning of a prompt, after the one waited for before; goes on a second later."""
        deadline = self.clock.now() + seconds(within)
        while self.clock.now() < deadline:
            for number, event in enumerate(self.log[self.begun :], self.begun):
                if (
                    event.type == "call.prompt"
                    and event.data["state"] == "started"
                    and event.data["prompt"] == name
                ):
                    self.begun = number + 1
                    await self.clock.sleep(seconds(1))
                    return
            await self.clock.sleep(TICK)
        raise AssertionError(f"no prompt {name} in {within} s; there was {self.prompts}")

    @property
    def prompts(self):
        return [
            (e.data["prompt"], e.data["lang"])
            for e in self.log
            if e.type == "call.prompt" and e.data["state"] == "started"
        ]

    def play(self, coroutine):
        try:
            run_virtual(coroutine, self.engine, limit=seconds(240))
        finally:
            self.engine.close()
            self.board.close()


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


@pytest.mark.parametrize(("key", "language"), [("1", "en-US"), ("2", "zh-CN")])
def test_menu_say_gather_and_voicemail_work_by_real_keys_in_both_languages(office, key, language):
    voice = read_wav(shipped_script("hotline.ivr.yaml").parent / "prompts/en-US/opening-hours.wav").channels[
        0
    ]

    async def call():
        ann = office.board.caller("5551234", "ANN")
        await ann.dial(office.board.exchange.lines[0].number)
        await office.prompt("pick-language")
        await ann.press(key)
        await office.prompt("main-menu")
        await ann.press("5")
        await office.prompt("not-a-choice")
        await office.prompt("main-menu")
        await ann.press("2")
        await office.prompt("your-number")
        await office.prompt("main-menu")
        await ann.press("9")
        await office.prompt("please-leave-message")
        await ann.silence(seconds(3))
        await ann.speak(voice)
        await ann.press("#")
        await office.prompt("message-saved")
        await office.prompt("goodbye")
        await ann.silence(seconds(5))
        await ann.hang_up()

    office.play(call())
    assert [prompt for prompt, _ in office.prompts[:2]] == ["welcome", "pick-language"]
    assert {lang for _, lang in office.prompts[:2]} == {"en-US"}
    assert {lang for _, lang in office.prompts[2:]} == {language}
    choices = [(e.data["key"], e.data["result"]) for e in office.log if e.type == "call.choice"]
    assert choices == [(key, "match"), ("5", "invalid"), ("2", "match"), ("9", "match")]
    (message,) = office.kept.messages
    assert message.number == "5551234"
    assert abs(message.samples - len(voice)) < seconds(2.5)
    (ended,) = [e.data for e in office.log if e.type == "call.ended"]
    assert ended == {"cause": "local-script", "outcome": "message"}


def test_silent_caller_is_asked_again_and_left_with_the_mailbox(office):
    async def call():
        bob = office.board.caller("5559876", withheld=True)
        await bob.dial(office.board.exchange.lines[0].number)
        for name in ("main-menu", "still-there", "main-menu", "still-there", "main-menu"):
            await office.prompt(name)
        await office.prompt("no-message", within=60)
        await office.prompt("goodbye")
        await bob.silence(seconds(5))
        await bob.hang_up()

    office.play(call())
    assert office.kept.messages == []
    assert office.call.cause is not None


def test_withheld_number_is_said_to_be_withheld(office):
    async def call():
        bob = office.board.caller("5559876", withheld=True)
        await bob.dial(office.board.exchange.lines[0].number)
        await office.prompt("pick-language")
        await bob.press("1")
        await office.prompt("main-menu")
        await bob.press("2")
        await office.prompt("number-withheld")
        await bob.hang_up()
        await bob.silence(seconds(10))

    office.play(call())
    assert ("number-withheld", "en-US") in office.prompts
    assert office.call.cause is not None


def test_caller_who_hangs_up_in_the_welcome_ends_the_call(office):
    async def call():
        bob = office.board.caller("5559876", "BOB")
        await bob.dial(office.board.exchange.lines[0].number)
        await office.prompt("welcome")
        await bob.hang_up()
        await bob.silence(seconds(15))

    office.play(call())
    ended = [e for e in office.log if e.type == "call.ended"]
    assert [e.data["cause"] for e in ended] == ["remote-busy-tone"]
