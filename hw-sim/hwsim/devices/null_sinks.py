"""A sound card that nobody hears: a PulseAudio server of its own with a microphone and an earpiece.

What is played at the microphone is what a headset's driver hears; what it plays is heard at the earpiece.
Real time. POSIX; it needs the programs of the packages pulseaudio and libasound2-plugins (`missing`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from ctidrv.errors import PortError
from ctidrv.native.pcm import Pcm

PROGRAMS = ("pulseaudio", "pactl", "pacat", "parec")
_STARTS_S = 15.0
_RAW = ("--raw", "--rate=8000", "--channels=1", "--format=s16le", "--latency-msec=100")


def missing() -> list[str]:
    """The programs that are not there."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class NullSinks:
    """A server in a folder of its own. `environment` is for the process whose sound it is: it chooses these
    devices as the system's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "native"
        self._server: subprocess.Popen[bytes] | None = None
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_SINK": "ear",
            "PULSE_SOURCE": "mic.monitor",
        }

    def start(self) -> None:
        """PortError: it does not run."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._socket.unlink(missing_ok=True)
        modules = [
            "module-null-sink sink_name=ear rate=8000 channels=1",
            "module-null-sink sink_name=mic rate=8000 channels=1",
            f"module-native-protocol-unix socket={self._socket}",
        ]
        self._server = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
            + [word for module in modules for word in ("-L", module)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + _STARTS_S
        while time.monotonic() < end and self._server.poll() is None:
            if self._run("pactl", "info").returncode == 0:
                return
            time.sleep(0.05)  # noqa: TID251  (another program is waited for)
        self.stop()
        raise PortError("pulseaudio does not start")

    def stop(self) -> None:
        """As if the headset were unplugged; safe twice."""
        server, self._server = self._server, None
        if server is not None:
            server.kill()
            server.wait()

    def say(self, sound: Pcm) -> None:
        """Into the microphone; returns at its end."""
        self._run("pacat", "--playback", "-d", "mic", *_RAW, given=sound.bytes)

    def hear(self, seconds: float) -> Pcm:
        """What the earpiece plays in the next seconds."""
        listener = subprocess.Popen(
            ["parec", "-d", "ear.monitor", *_RAW], env=self.environment, stdout=subprocess.PIPE
        )
        size = round(seconds * 8000) * 2
        assert listener.stdout is not None
        try:
            return Pcm.from_bytes(listener.stdout.read(size))
        finally:
            listener.kill()
            listener.communicate()

    def _run(self, *command: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command, env=self.environment, input=given, capture_output=True, check=False, timeout=120
        )
