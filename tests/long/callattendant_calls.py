"""callattendant, unmodified, on the modem stand-in:  python tests/long/callattendant_calls.py --out FILE

Another project's answering machine (PyPI callattendant) is installed into a folder of its own and takes calls
in real time on a pseudo-terminal, with each persona at once: it finds the modem and reads its caller ID,
answers, plays its greeting and a beep, and records a message until the busy tone. Of each call is checked
that the caller has heard the greeting, and that the message holds what he said. Prints a line a call; writes
one JSON object with seed, commit and figures. Exit 1 with findings. A call takes about 25 s.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import figures

from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find_over_line
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms
from hwsim.devices.v253.stand_in import ModemStandIn

WHAT = "callattendant==2.4.0"
VOICES = Path(__file__).parents[2] / "hw-sim" / "hwsim" / "voices"
PERSONAS = ("cx930xx", "usr5637")
GREETING = Path("callattendant", "resources", "general_greeting.wav")
WITHIN_S = 60.0
CONFIG = """
MODEM_DEVICE = {port!r}
HOST = "127.0.0.1"
PORT = {http}
DEBUG = True
STATUS_INDICATORS = "NULL"
EMAIL_ENABLE = False
BLOCK_SERVICE = ""
SCREENED_ACTIONS = ("answer", "greeting", "record_message")
SCREENED_GREETING_FILE = {greeting!r}
SCREENED_RINGS_BEFORE_ANSWER = 0
VOICE_MAIL_RECORD_TIME = 30
"""


@dataclass(slots=True)
class Call:
    """What became of one."""

    persona: str
    number: str
    greeting_db: float | None = None
    """Gain at the caller's ear; None: he has not heard it."""
    message_db: float | None = None
    message_s: float = 0.0
    ended_by: str | None = None
    """What it took for the end, in its own words."""
    findings: list[str] = field(default_factory=list)


def install(folder: Path, *more: str) -> None:
    """Into a folder. CalledProcessError, TimeoutExpired where the index cannot be had."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder)]
    subprocess.run([*pip, *more, WHAT], check=True, timeout=600, stderr=subprocess.DEVNULL)


def of_eight_bits(path: Path) -> Pcm:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 1, 8000)
        return Pcm((octet - 128) << 8 for octet in file.readframes(file.getnframes()))


@contextmanager
def attendant(installed: Path, folder: Path, modem: ModemStandIn, http: int) -> Iterator[Path]:
    """It runs, from a copy: it writes a link into its own folder. Where its messages come to lie."""
    own = shutil.copytree(installed, folder / "installed", symlinks=True)
    greeting = own / GREETING
    data = folder / "attendant"
    config = folder / "app.cfg"
    config.write_text(CONFIG.format(port=str(modem.link), greeting=str(greeting), http=http), "utf-8")
    command = [sys.executable, "-u", "-m", "callattendant", "--config", str(config)]
    command += ["--data-path", str(data), "--create-folder"]
    with (
        (folder / "attendant.log").open("w") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(own)}) as it,
    ):
        try:
            modem.time.wait(modem.host_is_ready(), WITHIN_S)
            yield data / "messages"
        finally:
            it.terminate()
            try:
                it.wait(10)
            except subprocess.TimeoutExpired:
                it.kill()


def one_call(modem: ModemStandIn, call: Call, greeting: Pcm, voice: Pcm, messages: Path) -> None:
    """The caller leaves a message, which lies in `messages` at its end."""
    before = set(messages.glob("*.wav"))
    modem.call(call.number, "ANN LEE")
    modem.answered(WITHIN_S)
    match = wait_for(lambda: find_over_line(greeting, modem.heard()))
    if match is None:
        call.findings.append("the caller has not heard the greeting")
        return
    call.greeting_db = round(match.gain_db, 2)
    told = len(modem.told)
    beeped = len(modem.heard())
    wait_for(lambda: loud(modem.heard()[beeped:]) or None)
    time.sleep(1.5)  # the beep, and the modem's turn to recording
    modem.speak(voice)
    modem.hang_up()
    modem.until("modem", "hangs up", within=WITHIN_S, since=told)
    made = wait_for(lambda: set(messages.glob("*.wav")) - before or None)
    if not made:
        call.findings.append("there is no message")
        return
    message = of_eight_bits(made.pop())
    call.message_s = len(message) / 8000
    found = find_over_line(voice, message)
    if found is None:
        call.findings.append("the message does not hold what the caller said")
        return
    call.message_db = round(found.gain_db, 2)


def loud(heard: Pcm) -> bool:
    return heard.peak() > 1500


def wait_for(look: Any, within: float = WITHIN_S) -> Any:
    """What `look` gives, once it gives something; None after so many seconds."""
    end = time.monotonic() + within
    while (found := look()) is None and time.monotonic() < end:
        time.sleep(0.25)
    return found


def with_persona(installed: Path, persona: str, calls: int, seed: int, http: int) -> list[Call]:
    """So many calls, one after the other."""
    chance = random.Random(f"{seed}/{persona}")
    greeting = of_eight_bits(installed / GREETING)
    voice = read_wav(VOICES / "ann-lee.wav").channels[0] + Pcm.silence(ms(300))
    done: list[Call] = []
    with tempfile.TemporaryDirectory(prefix="attendant-") as name:
        folder = Path(name)
        modem = ModemStandIn(folder / "ttyACM0", persona=persona, seed=chance.randrange(2**31))
        with modem, attendant(installed, folder, modem, http) as messages:
            for _ in range(calls):
                call = Call(persona, f"555{chance.randrange(10_000_000):07}")
                done.append(call)
                try:
                    one_call(modem, call, greeting, voice, messages)
                except Exception as error:
                    call.findings.append(f"{type(error).__name__}: {error}")
                modem.hang_up()
                print(f"{persona} {call.number}: {'; '.join(call.findings) or 'ok'}", flush=True)
        log = (folder / "attendant.log").read_text("utf-8", "replace")
    for call, end in zip(done, re.findall(r">> (.+?)\.\.\. Stop recording", log), strict=False):
        call.ended_by = end
    if any(call.findings for call in done):
        print(log[-4000:], file=sys.stderr)
    return done


def run(installed: Path, calls: int, seed: int, http: int) -> dict[str, Any]:
    """So many calls with each persona, at once; what is to be written."""
    with ThreadPoolExecutor() as pool:
        each = [
            pool.submit(with_persona, installed, persona, calls, seed, http + number)
            for number, persona in enumerate(PERSONAS)
        ]
    done = [call for future in each for call in future.result()]
    return {
        "run": "callattendant_calls",
        "what": WHAT,
        "seed": seed,
        "commit": figures.commit(),
        "calls": [asdict(call) for call in done],
        "findings": [f"{call.persona} {call.number}: {each}" for call in done for each in call.findings],
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=5, help="with each persona")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--http", type=int, default=18_500, help="a port for its web page, and the next one")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="callattendant-") as folder:
        install(Path(folder))
        told = run(Path(folder), args.calls, args.seed, args.http)
    figures.write(told, args.out, without=("calls",))
    return 1 if told["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
