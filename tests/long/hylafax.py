"""HylaFAX's sender and receiver on a fax modem, unpacked, not installed: each call has a spool folder of its
own, and no daemon, queue or configuration of the system is used.

`faxsend -m DEVICE JOB` makes the one call of a job file; `faxgetty -q SPOOL DEVICE` answers the modem's ring
and runs FaxRcvdCmd. Both read etc/config.DEVICE in the spool. faxgetty takes on the rights of the user uucp:
only root can run it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.long.fax_programs import NUMBER, WITHIN_S, read_pages, write_page

_ROOT = os.environ.get("CTIDRV_HYLAFAX")
_USER = "uucp"


def _found() -> Path | None:
    """Where its packages are unpacked, and can be run."""
    root = Path(_ROOT) if _ROOT else None
    there = root is not None and (root / "usr/sbin/faxgetty").is_file()
    return root if there and os.name == "posix" and os.getuid() == 0 else None


HYLAFAX = _found()
NO_HYLAFAX = "HylaFAX is not there, or we are not root"
READY_S = 60
_FOLDERS = ("bin", "client", "dev", "docq", "etc", "info", "lock", "log", "recvq", "sendq", "status", "tmp")
CONFIG = """\
ModemType: Class1
FAXNumber: {number}
LocalIdentifier: {number}
RingsBeforeAnswer: 1
SessionTracing: 0xFFF
LogFileMode: 0644
RecvFileMode: 0644
UUCPLockDir: {spool}/lock
FaxRcvdCmd: bin/received
Class1AdaptRecvCmd: AT+FAR=1
"""
"""The prototype `class1` of the package, with its defaults."""
RECEIVED = """\
#!/bin/sh
printf '%s\\n' "$1" "$4" > told.new && mv told.new told
"""
JOB = """\
external:{number}
number:{number}
jobid:1
jobtag:page
mailaddr:nobody
sender:nobody
owner:nobody
client:localhost
modem:{device}
state:6
pagewidth:215
pagelength:297
resolution:98
pagechop:none
pagehandling:c0P
notify:none
maxtries:1
maxdials:1
desiredbr:5
desiredec:2
fax:0::docq/page.tif
"""
"""5: 14,400 bit/s; 2: error correction, frames of 256 octets; c0P: one page, A4, 98 rows an inch, MMR."""


SENT = 2
"""FaxSendStatus of HylaFAX: send_done."""


@dataclass
class HylaFax:
    """faxsend, or faxgetty behind a ring. `error`: what it says itself; None: nothing."""

    port: Path
    folder: Path
    image: Image.Image | None = None
    damage = b""
    error: str | None = "it was not run"
    log: str = ""

    def __post_init__(self) -> None:
        self.rings = self.image is None
        self.spool = self.folder / ("hylafax-sends" if self.image else "hylafax-takes")
        self._tty = os.readlink(self.port)  # its names of devices have no room for an underscore
        self._device = self._tty.removeprefix("/dev/").replace("/", "_")
        self._make_spool()

    def _make_spool(self) -> None:
        for name in _FOLDERS:
            (self.spool / name).mkdir(parents=True)
        config = CONFIG.format(number=NUMBER, spool=self.spool)
        (self.spool / "etc" / f"config.{self._device}").write_text(config)
        (self.spool / "etc" / "config").write_text("LogFacility: daemon\n")
        script = self.spool / "bin" / "received"
        script.write_text(RECEIVED)
        script.chmod(0o755)
        if self.image is not None:
            # MMR is sent as it is. Of MH, which it codes anew, it may leave the last row out of its frames.
            write_page(self.image, self.spool / "docq" / "page.tif", "group4")
            job = JOB.format(number=NUMBER, device=self._device)
            (self.spool / "sendq" / "q1").write_text(job)
        for path in (self.spool, *self.spool.rglob("*")):
            shutil.chown(path, _USER, _USER)
        for above in (self.folder, self.folder.parent):
            above.chmod(above.stat().st_mode | 0o011)  # uucp has to come through

    @property
    def _environment(self) -> dict[str, str]:
        assert HYLAFAX is not None
        return {**os.environ, "LD_LIBRARY_PATH": str(HYLAFAX / "usr/lib/hylafax"), "LC_ALL": "C"}

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """A receiver waits for the ring; a sender needs nothing before."""
        if self.image is not None:
            yield
            return
        assert HYLAFAX is not None
        words = [str(HYLAFAX / "usr/sbin/faxgetty"), "-q", str(self.spool), self._tty]
        said = self.spool / "getty.said"
        with (
            said.open("wb") as out,
            subprocess.Popen(words, env=self._environment, stdout=out, stderr=out) as getty,
        ):
            try:
                self._until("status/" + self._device, "Running and idle", READY_S)
                yield
            finally:
                getty.terminate()
                getty.wait(30)

    def _until(self, name: str, text: str, within: float) -> str:
        """Until a file of the spool is there and has this in it. Says what it has."""
        path, end = self.spool / name, time.monotonic() + within
        while time.monotonic() < end:
            with contextlib.suppress(FileNotFoundError):
                if text in (said := path.read_text("latin-1")):
                    return said
            time.sleep(0.1)
        raise AssertionError(f"HylaFAX: no {text!r} in {path} within {within:g} s: {self._logged()}")

    def run(self) -> None:
        if self.image is None:
            try:
                _, *said = self._until("told", "\n", WITHIN_S).splitlines()
                self.error = " ".join(said).strip() or None
            except AssertionError as error:
                self.error = str(error)
        else:
            self.error = self._send()
        self.log = self._logged()

    def _send(self) -> str | None:
        assert HYLAFAX is not None
        words = [str(HYLAFAX / "usr/lib/hylafax/bin/faxsend"), "-m", self._device, "sendq/q1"]
        done = subprocess.run(
            words,
            cwd=self.spool,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        job = dict(
            line.split(":", 1) for line in (self.spool / "sendq/q1").read_text().splitlines() if ":" in line
        )
        if done.returncode == SENT and not job.get("status"):
            return None
        return f"returned {done.returncode}: {job.get('status', '')} {done.stderr[-300:]}"

    def _logged(self) -> str:
        return "".join(path.read_text("latin-1") for path in sorted((self.spool / "log").glob("c*")))

    @property
    def ok(self) -> bool:
        return self.error is None

    @property
    def why(self) -> str:
        return f"HylaFAX: {self.error}: {self.log[-1200:]}"

    @property
    def used(self) -> str:
        """As its log has it."""
        found = re.findall(r"(?:USE|REMOTE wants) (.*(?:bit/s|correction mode|MH|MR|MMR).*)", self.log)
        return ", ".join(dict.fromkeys(found))

    @property
    def pages(self) -> list[bytes]:
        return read_pages(sorted((self.spool / "recvq").glob("fax*.tif")))
