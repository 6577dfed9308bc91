"""kill -9 of a station in the midst of a fax, at any moment of it:

    python tests/long/fax_kill.py [--kills 50] [--seed N] [--out FILE]

Half of the kills meet a station that sends five pages, half one that takes three: real modems over the
simulated exchange in virtual time (fax_killed_station.py), the process killed for good. A second station
then stands on the same folder. A finding, and exit 1, is:

- sending: a page that the queue calls confirmed and the far end does not have; a page that is neither
  confirmed nor sent again, or both; a fax that is not sent in the end;
- taking: a page that its sender was confirmed and that is not in the file, or not row by row; a fax that is
  called whole and is not; a hash that is not the file's; a line that takes no fax any more;
- either: rows that contradict one another (`ctidrv db check`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2]))

from PIL import Image

from ctidrv.folder import DataFolder
from ctidrv.units import seconds
from hwsim.rig.station import START, Rig
from tests.long import fax_killed_station as station
from tests.long import figures

LASTS_S = {"send": 80.0, "take": 60.0}
"""From the fax's beginning to behind its end."""
_LATER = START + timedelta(hours=1)


def killed(way: str, data: Path, moment: str) -> list[dict[str, int]]:
    """What the far end knew when the station was gone."""
    program = Path(station.__file__)
    command = [sys.executable, str(program), way, str(data), moment]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode != -signal.SIGKILL:
        raise RuntimeError(f"{way} {moment}: the station ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def after_send(data: Path, told: list[dict[str, int]]) -> tuple[dict[str, Any], list[str]]:
    """The fax as the next station has it at once, and findings behind its end."""
    had = {fact["took"] for fact in told}
    rig = Rig(DataFolder(data), station.config(data), seed=2, start=_LATER)
    try:
        faxes = rig.station.store.faxes
        (listed,) = faxes.jobs(limit=9)
        left = faxes.job(listed["id"])
        assert left is not None
        states = {page["page"]: page["state"] for page in left["page_states"]}
        confirmed = {page for page, state in states.items() if state == "confirmed"}
        wanted = [page for page in states if page not in confirmed]
        findings = [f"page {page} is called confirmed" for page in sorted(confirmed - had)]
        findings += [
            f"page {page} is still being sent" for page, state in states.items() if state == "sending"
        ]
        came: list[bytes] = []
        if left["state"] == "queued":
            came = rig.run(station.answers(rig), seconds(600))
        rig.run(rig.clock.sleep(seconds(20)), seconds(600))
        if came != [station.rows(page) for page in wanted]:
            findings.append(f"sent again are {len(came)} pages that are not pages {wanted}")
        last = faxes.job(listed["id"])
        assert last is not None
        if last["state"] != "sent" or any(page["state"] != "confirmed" for page in last["page_states"]):
            findings.append(f"in the end it is {last['state']}: {last['page_states']}")
        return left, [*findings, *map(str, rig.station.store.check())]
    finally:
        rig.close()


def pages_of(path: str) -> list[bytes]:
    with Image.open(path) as image:
        found = []
        for number in range(image.n_frames):
            image.seek(number)
            found.append(bytes(octet ^ 0xFF for octet in image.convert("1").tobytes()))
        return found


def after_take(data: Path, told: list[dict[str, int]]) -> tuple[list[dict[str, Any]], list[str]]:
    """What the next station has of the fax at once, and findings behind another one."""
    confirmed = max((fact["confirmed"] for fact in told), default=0)
    wanted = [station.rows(page) for page in range(1, station.TAKEN + 1)]
    rig = Rig(DataFolder(data), station.config(data), seed=2, start=_LATER)
    try:
        faxes, findings = rig.station.store.faxes, []
        left = faxes.received(limit=9)
        if len(left) > 1 or (confirmed and not left):
            findings.append(f"{confirmed} pages were confirmed, and {len(left)} faxes are there")
        for row in left:
            kept = pages_of(row["path"])
            if not confirmed <= len(kept) == row["pages"] or kept != wanted[: len(kept)]:
                findings.append(f"{confirmed} pages were confirmed, {row['pages']} told, {len(kept)} kept")
            if row["whole"] and kept != wanted:
                findings.append("it is called whole")
            if hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest() != row["sha256"]:
                findings.append("its hash is not the file's")
        if open_ := list(rig.station.folder.open_faxes.glob("*")):
            findings.append(f"{len(open_)} faxes still count as coming")
        if rig.run(station.calls(rig), seconds(600)) != ["confirmed"] * station.TAKEN:
            findings.append("the line takes no fax any more")
        rig.run(rig.comes_to_rest(), seconds(600))
        newest = faxes.received(limit=1)
        if not newest or not newest[0]["whole"] or pages_of(newest[0]["path"]) != wanted:
            findings.append("the next fax is not there")
        return left, [*findings, *map(str, rig.station.store.check())]
    finally:
        rig.close()


def kill(way: str, moment: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        told = killed(way, Path(folder), moment)
        _, findings = (after_send if way == "send" else after_take)(Path(folder), told)
    return {"way": way, "moment": moment, "told": told, "findings": findings}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    logging.getLogger("ctidrv").setLevel(logging.ERROR)  # that it had not stopped cleanly
    begun, dice, kills = time.monotonic(), random.Random(args.seed), []
    for number in range(args.kills):
        way = ("send", "take")[number % 2]
        kills.append(kill(way, f"0+{dice.uniform(0, LASTS_S[way]):.2f}"))
        if kills[-1]["findings"]:
            print(kills[-1], file=sys.stderr, flush=True)
    findings = sum(len(each["findings"]) for each in kills)
    figures.write(
        {
            "run": "fax_kill",
            "seed": args.seed,
            "commit": figures.commit(),
            "wall_s": round(time.monotonic() - begun, 1),
            "kills": len(kills),
            "behind_a_page": sum(bool(each["told"]) for each in kills),
            "findings": findings,
            "each": kills,
        },
        args.out,
        without=("each",),
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
