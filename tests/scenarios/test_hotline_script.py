"""The shipped hotline script on a simulated line: ringing, caller ID, keys and speech as real audio."""

import pytest

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.media.wav import read_wav
from ctidrv.units import RATE, seconds

SCRIPT = "hotline.ivr.yaml"
VOICE = shipped_folder() / "prompts/en-US/opening-hours.wav"


@pytest.fixture
def hotline(hwsim):
    """The script on a line that loses 6 dB each way and hisses."""
    hwsim.serve(SCRIPT, loss_db=6.0, noise_dbm0=-60.0)
    return hwsim


def told(hwsim, type, *keys):
    """These data of every event of the last call of that type, in order."""
    return [tuple(e[key] for key in keys) for e in hwsim.calls[-1]["events"] if e["type"] == type]


@pytest.mark.parametrize(("key", "language"), [("1", "en-US"), ("2", "zh-CN")])
def test_menu_say_gather_and_voicemail_work_by_real_keys_in_both_languages(hotline, key, language):
    ann = hotline.caller("5551234", "ANN")
    ann.dial("8001")
    ann.hear(["welcome", "pick-language"], lang="en-US")
    ann.press(key)
    ann.hear("main-menu", lang=language, first="1s")
    ann.press("5")
    ann.hear("not-a-choice", lang=language)
    ann.hear("main-menu", lang=language, first="1s")
    ann.press("2")
    ann.hear(phrase="your-number", values={"number": "5551234"}, lang=language)
    ann.hear("main-menu", lang=language, first="1s")
    ann.press("9")
    ann.hear("please-leave-message", lang=language)
    ann.silence("1s")
    ann.speak(str(VOICE))
    ann.press("#")
    ann.hear(["message-saved", "goodbye"], lang=language)
    ann.hear(tone="busy")
    ann.hang_up()
    hotline.rest()
    (call,) = hotline.calls
    assert told(hotline, "call.choice", "key", "result") == [
        (key, "match"), ("5", "invalid"), ("2", "match"), ("9", "match"),
    ]  # fmt: skip
    (message,) = call["messages"]
    assert message["number"] == "5551234"
    assert abs(message["seconds"] * RATE - len(read_wav(VOICE).channels[0])) < seconds(2.5)
    assert (call["cause"], call["outcome"]) == ("local-script", "message")


def test_silent_caller_is_asked_again_and_left_with_the_mailbox(hotline):
    bob = hotline.caller("5559876", withheld=True)
    bob.dial("8001")
    bob.hear(["main-menu", "still-there", "main-menu", "still-there", "main-menu"], within="40s")
    bob.hear(["no-message", "goodbye"], within="60s")
    bob.hang_up()
    hotline.rest()
    assert hotline.calls[0]["messages"] == []


def test_withheld_number_is_said_to_be_withheld(hotline):
    bob = hotline.caller("5559876", withheld=True)
    bob.dial("8001")
    bob.hear("pick-language")
    bob.press("1")
    bob.hear("main-menu", first="1s")
    bob.press("2")
    bob.hear("number-withheld", lang="en-US")
    bob.hang_up()


def test_caller_who_hangs_up_in_the_welcome_ends_the_call(hotline):
    bob = hotline.caller("5559876", "BOB")
    bob.dial("8001")
    bob.hear("welcome", first="1s")
    bob.hang_up()
    hotline.rest()
    assert [call["cause"] for call in hotline.calls] == ["remote-busy-tone"]
