"""Rows of two runs: what counts as the same."""

from __future__ import annotations

import copy
import json

from hwsim.rig.same import alike, differences, widest

CALL = {
    "id": "call-0001-aaaaaa",
    "port": "sim/1",
    "started": "2026-03-02T02:00:01.000+00:00",
    "answered": "2026-03-02T02:00:03.000+00:00",
    "ended": None,
    "outcome": "answered",
    "seconds": 4.0,
    "legs": [{"id": "leg-0001-bbbbbb", "party": "sim/1", "started": "2026-03-02T02:00:01.000+00:00"}],
    "events": [
        {"seq": 1, "type": "call.offered", "at": 1.0, "port": "sim/1", "call": "call-0001-aaaaaa"},
        {"seq": 2, "type": "call.recording", "at": 2.0, "state": "open", "port": "sim/1"},
        {"seq": 3, "type": "call.digit", "at": 3.0, "digit": "1", "port": "sim/1"},
    ],
    "recordings": [],
    "messages": [],
}


def changed(**values):
    """A copy whose digit's event, or whose call, has these values."""
    call = copy.deepcopy(CALL)
    event = call["events"][2]
    for key, value in values.items():
        (event if key in event else call)[key] = value
    return call


def test_times_may_be_a_tenth_of_a_second_apart_and_recordings_are_aside():
    other = changed(at=3.099, answered="2026-03-02T02:00:03.090+00:00", seconds=4.05)
    other["events"][1]["state"] = "lost"
    assert differences([CALL], [other]) == []
    assert round(widest([CALL], [other]), 3) == 0.099


def test_a_later_time_another_value_and_another_order_are_told_with_their_place():
    assert differences([CALL], [changed(at=3.2)]) == ["call-0001-aaaaaa: event 2, call.digit: +0.200 s"]
    assert differences([CALL], [changed(digit="2")]) == [
        "call-0001-aaaaaa: event 2, call.digit: digit is '1', and '2'"
    ]
    assert differences([CALL], [changed(type="call.step")]) == [
        "call-0001-aaaaaa: event 2, call.digit: call.step in its place"
    ]
    assert differences([CALL], [changed(outcome="message", answered=None)]) == [
        "call-0001-aaaaaa: answered is '2026-03-02T02:00:03.000+00:00', and None",
        "call-0001-aaaaaa: outcome is 'answered', and 'message'",
    ]
    assert differences([CALL], []) == ["1 calls, and 0"]
    shorter = changed()
    del shorter["events"][2]
    assert differences([CALL], [shorter]) == ["call-0001-aaaaaa: 2 events, and 1"]


def test_a_call_of_another_line_time_and_name_is_alike():
    text = json.dumps(CALL).replace("sim/1", "sim/7").replace("call-0001-aaaaaa", "call-0815-cccccc")
    other = json.loads(text.replace("T02:00:0", "T05:30:0"))
    for event in other["events"]:
        event["at"] += 12_600
    assert differences([CALL], [other])
    assert differences([alike(CALL)], [alike(other)]) == []
