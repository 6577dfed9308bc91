"""Where a call can be given that is no seat, as a person reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ctidrv.apps import ivr
from ctidrv.apps.fax.records import FaxJob, ReceivedFax
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.apps.records import CallRow, MessageRow
from ctidrv.config import BoardConfig, LineConfig, StationConfig
from ctidrv.folder import DataFolder
from ctidrv.service.destinations import destinations
from ctidrv.store import Store
from ctidrv.units import PortId

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PORT = PortId("sim/1")


def config(path: Path | None) -> StationConfig:
    boards, lines = [BoardConfig("sim", "sim", {})], [LineConfig(PORT, "fax.ivr.yaml")]
    return StationConfig(boards=boards, lines=lines, path=path)


def test_boxes_menus_and_faxes_that_the_station_knows_of_are_told_and_no_junk(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.root.mkdir()
    (tmp_path / "own.ivr.yaml").write_text("ivr: 1\n", encoding="utf-8")
    store = Store.open(folder, inline=True, country="US")
    store.put_call(CallRow("c1", PORT, "in", AT))
    store.put_message(MessageRow("m1", "li-mei", "c1", str(folder.message(AT, "m1")), AT, 800))
    for fax, box in (("f1", "orders"), ("f2", "junk")):
        path = str(folder.received_fax(AT, fax))
        store.faxes.put_received(
            ReceivedFax(fax, box, PORT, AT, path, "00" * 32, 2, 0, number="5550199", ident="555 0199")
        )
    sent = str(folder.sent_fax(AT, "f3", ".pdf"))
    store.faxes.put_job(
        FaxJob(
            id="f3", batch="f3", path=sent, name="letter.pdf", sha256="00" * 32, pages=3, number="5550111",
            e164="+15550111", created=AT, due=AT, port=None, priority=5, hours=None, tries=6,
        )
    )  # fmt: skip
    script = ivr.load(shipped_folder() / "fax.ivr.yaml")
    found = destinations(config(tmp_path / "station.toml"), script, [script], store)
    store.close()
    by_kind = {
        kind: [row["to"] for row in found if row["kind"] == kind]
        for kind in ("voicemail", "ivr", "receive-fax", "send-fax")
    }
    assert by_kind["voicemail"] == ["box:front-desk", "box:li-mei"]
    assert by_kind["ivr"][: len(script.flows)] == [f"ivr:{flow}" for flow in script.flows]
    assert by_kind["ivr"][len(script.flows) :][:2] == ["ivr:fax.ivr.yaml", "ivr:own.ivr.yaml"]
    assert "ivr:hotline.ivr.yaml" in by_kind["ivr"]
    assert by_kind["ivr"].count("ivr:fax.ivr.yaml") == 1
    assert by_kind["receive-fax"] == ["fax-receive:front-desk", "fax-receive:orders"]
    assert sorted(by_kind["send-fax"]) == ["fax-send:f1", "fax-send:f3"]
    told = {row["to"]: (row["name"], row["number"], row["pages"]) for row in found}
    assert told["fax-send:f1"] == ("555 0199", "5550199", 2)
    assert told["fax-send:f3"] == ("letter.pdf", "5550111", 3)
    assert told["box:li-mei"] == ("li-mei", None, None)


def test_without_a_station_file_the_scripts_that_ship_are_there() -> None:
    names = config(None).script_names()
    assert names[0] == "fax.ivr.yaml"
    assert {"hotline.ivr.yaml", "reception.ivr.yaml"} <= set(names)
