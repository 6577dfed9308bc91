"""``ctidrv station`` on a computer with the stand-in of a HID headset, in the place of the package hidapi.

    station_with_hid.py DATA

Reads what its user presses, a key on each line, and answers every line with the lamps that are lit.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from ctidrv import cli
from hwsim.devices.hid_headset import HidBus, HidHeadset
from hwsim.devices.hid_models import ION

MARK = "lamps "


def obey(headset: HidHeadset) -> None:
    for line in sys.stdin:
        if line.strip():
            headset.press(line.strip())
        print(MARK + json.dumps([lamp for lamp, on in headset.lamps.items() if on]), flush=True)


def main() -> int:
    headset = HidHeadset(ION, live=True)
    package: Any = HidBus(headset)
    sys.modules["hidraw"] = sys.modules["hid"] = package
    threading.Thread(target=obey, args=(headset,), daemon=True).start()
    return cli.main(["station", "--data", sys.argv[1]])


if __name__ == "__main__":
    sys.exit(main())
