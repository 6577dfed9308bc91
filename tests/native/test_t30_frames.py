"""Frames of a fax call in plain words (ctidrv/native/t30_frames.py)."""

from __future__ import annotations

import pytest

from ctidrv.errors import NativeError, UsageError
from ctidrv.native import t30_frames


def test_dis_of_a_real_machine_is_told_field_by_field() -> None:
    frame = t30_frames.parse(bytes.fromhex("ff1380" + "00ce f8 c4 80 81"))
    assert (frame.name, frame.is_final, frame.text, frame.post) == ("DIS", True, None, None)
    said = {field.words: field.says or field.value for field in frame.fields}
    assert said["rate"] == "V.27ter, V.29"
    assert said["shortest time of a row"] == "0 ms"
    assert said["width"] == "A4: 1728 pixels"
    assert said["error correction"] == 1
    assert "T.43" not in said
    ability = frame.ability
    assert ability is not None
    assert ability.modems == {"v27ter", "v29"}
    assert ability.resolutions == ("standard", "fine", "superfine")
    assert (ability.mr, ability.mmr, ability.ecm, ability.widths) == (True, True, True, (1728,))


def test_identity_and_pps_and_ppr_are_read_as_built() -> None:
    frame = t30_frames.parse(t30_frames.build("TSI", t30_frames.identity("+86 10 5550"), x=True))
    assert (frame.name, frame.x, frame.text) == ("TSI", True, "+86 10 5550")
    frame = t30_frames.parse(t30_frames.build("PPS", bytes([0, 1, 2, 9])))
    assert (frame.post, frame.page, frame.block, frame.frames) == ("NULL", 1, 2, 10)
    assert t30_frames.parse(t30_frames.build("PPS", b"\x2f\0\0\xff")).post == "EOP"
    frame = t30_frames.parse(t30_frames.build("PPR", b"\x05" + b"\0" * 30 + b"\x80"))
    assert frame.again == [0, 2, 255]
    assert t30_frames.parse(t30_frames.build("FCD", b"\x07data")).number == 7


def test_what_is_no_frame_is_refused_with_its_octets() -> None:
    with pytest.raises(NativeError, match="fax frame 00 13 8c"):
        t30_frames.parse(b"\x00\x13\x8c")
    with pytest.raises(NativeError):
        t30_frames.parse(b"")
    with pytest.raises(UsageError, match="no frame 'XYZ'"):
        t30_frames.build("XYZ")
    with pytest.raises(UsageError, match="no fax identity"):
        t30_frames.identity("Hill & Dale")
    with pytest.raises(UsageError, match="no fax identity"):
        t30_frames.identity("1" * 21)
