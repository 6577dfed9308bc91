"""What a Linux computer has to be told once: udev's rules for the devices we know, and a systemd unit."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ctidrv.drivers.known import HEADSET_VENDORS, KNOWN, Known

RULES, UNIT = "60-ctidrv.rules", "ctidrv.service"
GROUP = "dialout"
"""Who may open modems and cards on Debian, Fedora and their kin."""
_MAY = f'GROUP="{GROUP}", MODE="0660"'


def udev_rules() -> str:
    """Members of GROUP may open the devices, and ModemManager leaves the modems alone (its documentation:
    common udev tags, ID_MM_DEVICE_IGNORE)."""
    lines = ["# Written by `ctidrv doctor --system-files`.", 'ACTION=="remove", GOTO="ctidrv_end"']
    for known in KNOWN:
        lines += _rules(known)
    lines += _headsets()
    return "\n".join([*lines, 'LABEL="ctidrv_end"', ""])


def _rules(known: Known) -> Iterator[str]:
    above = f'ATTRS{{idVendor}}=="{known.vendor}", ATTRS{{idProduct}}=="{known.product}"'
    here = above.replace("ATTRS", "ATTR")
    if known.driver == "v253":
        yield f'SUBSYSTEM=="tty", {above}, {_MAY}, ENV{{ID_MM_DEVICE_IGNORE}}="1"'
    elif known.driver == "usbgw":
        yield f'SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", {here}, {_MAY}'
        yield f'SUBSYSTEM=="hidraw", {above}, {_MAY}'


def _headsets() -> Iterator[str]:
    """Whoever sits at the computer may have the keys and lamps of a headset (systemd's uaccess, by a file
    that comes before its 73-seat-late.rules). udev knows no usage page, so a headset is told by its maker and
    by an audio interface (class 01) in the same device; a keyboard's keys (class 03, boot protocol 01) are
    given to nobody."""
    kind = 'ENV{ID_USB_INTERFACES}=="*:0101*", ENV{ID_USB_INTERFACES}!="*:030101*"'
    for vendor in HEADSET_VENDORS:
        yield (
            f'SUBSYSTEM=="hidraw", ATTRS{{idVendor}}=="{vendor}", IMPORT{{builtin}}="usb_id", '
            f'{kind}, TAG+="uaccess"'
        )


def systemd_unit(user: str, data: Path, command: Sequence[str]) -> str:
    """A station that starts with the computer, as this user, who hears no sound there: telephones only.
    What it is sent to stop, it puts its lines on hook first. /run/ctidrv is its own, for the ports of fax
    modems."""
    return f"""\
# Written by `ctidrv doctor --system-files`.
[Unit]
Description=ctidrv telephone station
After=local-fs.target dahdi.service

[Service]
User={user}
RuntimeDirectory=ctidrv
SupplementaryGroups={GROUP}
ExecStart={" ".join(_quoted(part) for part in [*command, "station", "--data", str(data)])}
Restart=on-failure
RestartSec=2
TimeoutStopSec=60
LimitRTPRIO=50

[Install]
WantedBy=multi-user.target
"""


def _quoted(part: str) -> str:
    """A word of systemd's command line (systemd.service(5): quotes, and % and $ doubled)."""
    plain = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if plain != part or " " in part else part


def command() -> list[str]:
    """What starts this very ctidrv."""
    beside = Path(sys.executable).with_name("ctidrv")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "ctidrv.cli"]


def write(folder: Path, user: str, data: Path) -> list[Path]:
    """Both files into a folder, which is made; OSError as the disk says."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {RULES: udev_rules(), UNIT: systemd_unit(user, data, command())}
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in made]
