"""A Class 1 fax modem that is not ours, libspandsp's, on a pseudo-terminal:

    python tests/long/spandsp_faxmodem.py --link PATH --line pcm:ADDRESS

prints `ready at PATH`, and runs in real time until it is stopped, as `ctidrv sim faxmodem` does.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))

from ctidrv.modem.pty_port import PtyPort
from hwsim.devices.faxmodem.pcm_hook import PcmHook
from hwsim.devices.real_time import RealTime
from tests.native.spandsp_fax import load
from tests.native.spandsp_t31 import SpandspT31


class SpandspFaxModem:
    """The same parts as hwsim.devices.faxmodem.stand_in, round another modem."""

    def __init__(self, line: str) -> None:
        self.time = RealTime(self._tick)
        self.port = PtyPort(self.time.loop, self._from_host, lambda: self.hook.hang_up())
        self.hook = PcmHook(self.time.loop, line, lambda what, detail: None)
        self.modem = SpandspT31(load(), self.hook, self.port.write)
        self.hook.modem = self.modem

    def _tick(self) -> None:
        self.port.tick()
        self.hook.tick()
        self.port.wants(self.modem.takes_more)

    def _from_host(self, data: bytes) -> None:
        self.modem.feed(data)
        self.port.wants(self.modem.takes_more)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--link", required=True, type=Path)
    parser.add_argument("--line", required=True, metavar="pcm:ADDRESS")
    options = parser.parse_args()
    made = SpandspFaxModem(options.line)
    made.port.place(options.link)
    made.time.start()
    print(f"ready at {options.link}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    made.time.stop()
    made.port.take()
    made.hook.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
