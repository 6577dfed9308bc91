"""A call over a line that is long, noisy, and far away is a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwsim.rig.case import play_case
from hwsim.scenario.read import parse_scenario

CALL = """\
scenario: 1
script: hotline.ivr.yaml
board:
  loss_db: 1
  wire: {wire}
caller:
  - dial: "8001"
  - hear: [welcome, pick-language]
  - press: "1"
  - hear: {{prompt: main-menu, lang: en-US, first: 1s}}
  - press: "9"
  - hear: please-leave-message
  - silence: 1200ms
  - speak: ann-lee
  - hang_up
calls:
  - {{outcome: message, digits: "19", messages: 1}}
"""
WIRES = {
    "long": '{cable: {gauge: 0.4, km: 4}, terminal: eu, exchange: eu, balance: "600", band: g712}',
    "abroad": "{delay_ms: 150, far_return_loss: [[300, 14], [1000, 24], [3400, 18]], band: g712}",
    "clocks": "{board_ppm: 50, phone_ppm: -50}",
    "noisy": "{hum: {dbm0: -45}, impulses: {per_minute: 20, dbm0: -20}, clicks: {per_minute: 20, dbm0: -20}}",
}


@pytest.mark.parametrize("wire", WIRES)
def test_a_message_is_left_over_a_line(wire: str) -> None:
    result = play_case(parse_scenario(CALL.format(wire=WIRES[wire]), Path("wire.scenario.yaml")))
    assert result.ok, result.report
