"""kill -9 in the middle of a recording: the file opens, and lacks less than a second."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ctidrv.media.wav import repair_wav
from ctidrv.native import g711
from ctidrv.native.pcm import Pcm

soundfile = pytest.importorskip("soundfile")
np = pytest.importorskip("numpy")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")

# Records what is said and heard through the whole engine, in virtual time or live, and tells how far it is.
RECORDER = """
import asyncio
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from conftest import PyBoard
from ctidrv.clock import SampleClock
from ctidrv.media.engine import MediaEngine
from ctidrv.media.wav import WavWriter
from ctidrv.native.pcm import Pcm

board = PyBoard()
live = sys.argv[3] == "live"
engine = MediaEngine([board], SampleClock(), inline=not live)
channel = engine.channel("py/1")
recording = channel.record_line(WavWriter(Path(sys.argv[1]), 2, format=sys.argv[4]))
channel.play(Pcm(range(1, 8001)), loop=True)
spoken = [Pcm(range(n + 1, n + 161)) for n in range(0, 8000, 160)]
for sound in spoken:
    board.say(0, sound)
channel.seize()

def tell():
    print(recording.frames, flush=True)
    board.say(0, spoken[0])
    spoken.append(spoken.pop(0))

async def run():
    board.on_pump = tell
    engine.start_live(asyncio.get_running_loop())
    await engine.clock.sleep(1 << 40)

if live:
    asyncio.run(run())
while True:
    engine.step()
    tell()
"""


def kept(samples: np.ndarray[Any, Any], format: str) -> np.ndarray[Any, Any]:
    """As a file of this format has them."""
    if format == "pcm":
        return samples
    octets = g711.encode(Pcm.from_bytes(samples.astype("<i2").tobytes()), format)
    return np.frombuffer(g711.decode(octets, format).bytes, "<i2")


@pytest.mark.parametrize(
    ("mode", "ticks", "format"),
    [("virtual", 60, "pcm"), ("virtual", 333, "pcm"), ("live", 70, "pcm"), ("virtual", 333, "alaw")],
)
def test_killed_in_the_middle_of_a_recording_the_file_lacks_less_than_a_second(
    tmp_path: Path, mode: str, ticks: int, format: str
) -> None:
    path = tmp_path / "call.wav"
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", RECORDER, str(path), str(Path(__file__).parent), mode, format],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    for _ in range(ticks):
        line = process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    last = [line, *process.stdout.read().splitlines()][-1]
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL

    recorded = int(last)
    data, rate = soundfile.read(path, dtype="int16")
    assert rate == 8000
    assert data.shape[1] == 2
    assert recorded - 8000 < len(data) <= recorded + 160
    said = np.arange(len(data)) % 8000 + 1
    assert (data[:, 0] == kept(said, format)).all()
    if format == "pcm":
        assert (np.diff(data[160:, 1].astype(int)) % 8000 == 1).all()

    repaired = repair_wav(path)
    assert repaired >= len(data)
    assert soundfile.info(path).frames == repaired
