"""Writes the small database of the present schema version; run it once, when a version is new.

    python tests/vectors/db/make.py

Databases of earlier versions stay as they were written then: they are what upgrades are tested on.
"""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ctidrv.apps.fax.records import CoverNote, FaxJob, FaxPage, FaxTry, JobState, PageState, ReceivedFax
from ctidrv.apps.records import CallRow, EventRow, LegRow, MessageRow, RecordingRow
from ctidrv.folder import DataFolder
from ctidrv.ports.learnt import LearntTone, LineTone
from ctidrv.store import Store
from ctidrv.store.migrate import latest

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def main() -> None:
    target = Path(__file__).with_name(f"version-{latest()}.db")
    if target.exists():
        raise SystemExit(f"{target.name} is there already and stays as it is")
    with tempfile.TemporaryDirectory() as root:
        folder = DataFolder(Path(root))
        end = START + timedelta(seconds=20)
        with Store.open(folder, inline=True, country="CN", wall=lambda: START) as store:
            numbers = ["138 0013 8000", "95588"]
            customer = store.add_customer("王芳", numbers, company="Lotus Tea", tags=["vip"]).result()
            party = {"number": "13800138000", "e164": "+8613800138000", "customer": customer["id"]}
            times = {"answered": START + timedelta(seconds=6), "ended": end}
            store.put_call(
                CallRow(
                    "c1",
                    "sim/1",
                    "in",
                    START,
                    "ended",
                    cause="remote-busy-tone",
                    outcome="message",
                    **party,
                    **times,
                )
            )
            store.put_leg(LegRow("c1-1", "c1", "line", "sim/1", START, end, "remote-busy-tone"))
            rang = START + timedelta(seconds=7)
            store.put_leg(LegRow("c1-2", "c1", "seat", "Li Mei", rang, end, "caller-left", answered=rang))
            store.put_event(EventRow(1, "c1", "sim/1", "call.offered", 160, START, {"direction": "in"}))
            store.put_event(
                EventRow(2, "c1", "sim/1", "call.caller", 32000, START, {"number": "13800138000"})
            )
            wav = str(folder.recording(START, "c1"))
            store.put_recording(RecordingRow("r1", "c1", wav, START))
            store.put_recording(RecordingRow("r1", "c1", wav, START, "0" * 64, 112000, "closed"))
            message = str(folder.message(START, "m1"))
            store.put_message(
                MessageRow("m1", "office", "c1", message, START, 8000, "13800138000", customer["id"])
            )
            document = str(folder.sent_fax(START, "fax-1", ".pdf"))
            digest = "1" * 64
            job = FaxJob("fax-1", "fax-1", document, "信.pdf", digest, 2, "95588", "95588", START, START)
            job = replace(job, cover=CoverNote("李梅", subject="价目", language="zh"))
            store.faxes.put_job(replace(job, state=JobState.SENDING, causes=("busy",)))
            store.faxes.put_try(FaxTry("fax-1", 1, "sim/1", START, 2, 0, end, None, "busy"))
            store.faxes.put_try(FaxTry("fax-1", 2, "sim/1", end, 2))
            store.faxes.put_page(FaxPage("fax-1", 1, PageState.CONFIRMED, 14400, end))
            store.faxes.put_page(FaxPage("fax-1", 2, PageState.SENDING, 14400, end))
            tif = str(folder.received_fax(START, "fax-2"))
            came = ReceivedFax("fax-2", "office", "sim/1", START, tif, digest, 2, 3, "c1")
            store.faxes.put_received(replace(came, mail_to="desk@example.com"))
            store.put_tone(LineTone("sim/1", "busy", LearntTone((520.0,), (170, 230), -14.0, 12), START))
        with sqlite3.connect(folder.database) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM INTO ?", (str(target),))
        connection.close()
    print(target)


if __name__ == "__main__":
    main()
