"""Caller ID of the United Kingdom and of China on a whole line: before the ring, and between rings."""

from __future__ import annotations

from typing import Any

import pytest

from ctidrv.events import AlertSeen, CallerIdSeen, PolarityChanged, RingOn
from ctidrv.units import ms, seconds

FSK, DTMF = {"caller_id_kind": "bell202"}, {"caller_id_kind": "dtmf", "caller_id_when": "before-ring"}


async def call(line: Any, **caller: Any) -> None:
    ann = line.board.caller(**caller)
    await ann.dial("8001")
    await line.until("call.answered")
    await line.clock.sleep(seconds(1))
    await ann.hang_up()


def test_bt_sin_227_reversal_tone_alert_data_and_then_the_ring(managed_line: Any) -> None:
    """Without the wetting pulse, which a terminal may leave out: our board has none."""
    line = managed_line("GB", noise_dbm0=-55.0)
    line.play(call(line, number="02079460000", name="ANN LEE"))
    (alert,) = [event for event in line.events if isinstance(event, AlertSeen)]
    (seen,) = [event for event in line.events if isinstance(event, CallerIdSeen)]
    turned = line.at(PolarityChanged)[0]
    assert ms(100) <= alert.start - turned <= ms(200)
    assert ms(88) <= alert.length <= ms(110)
    assert ms(45) <= seen.start - (alert.start + alert.length) <= ms(500)
    assert ms(180) <= line.at(RingOn)[0] - seen.at <= ms(520)
    assert line.said("call.caller")[0]["name"] == "ANN LEE"
    types = [entry.type for entry in line.log]
    assert types.index("call.offered") < types.index("call.caller") < types.index("call.ring")
    assert line.said("call.ended") == [{"cause": "remote-busy-tone", "outcome": "answered"}]


@pytest.mark.parametrize(("way", "name"), [(FSK, "王小明"), (DTMF, None)])
def test_chinas_number_date_and_name_in_gb_18030_reach_the_journal(
    managed_line: Any, way: dict[str, str], name: str | None
) -> None:
    line = managed_line("CN", timezone="Asia/Shanghai", **way)
    line.play(call(line, number="13800138000", name="王小明"))
    (told,) = line.said("call.caller")
    assert (told["number"], told["name"], told["standard"]) == ("13800138000", name, way["caller_id_kind"])
    (seen,) = [event for event in line.events if isinstance(event, CallerIdSeen)]
    assert seen.datetime == ("03081800" if way is FSK else None)
    if way is FSK:
        assert "王小明".encode("gb18030") in seen.raw
