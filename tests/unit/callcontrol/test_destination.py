"""Whom a call is brought to: a seat's name, or what stands behind a prefix."""

from __future__ import annotations

import re

import pytest

from ctidrv.callcontrol.destination import Destination, Kind
from ctidrv.config import BOX_NAME


@pytest.mark.parametrize(
    ("word", "kind", "name"),
    [
        ("seat 1", Kind.SEAT, "seat 1"),
        ("tel:555 0108", Kind.OUTSIDE, "555 0108"),
        ("pbx:9W204", Kind.PBX, "9W204"),
        ("box:li-mei", Kind.BOX, "li-mei"),
        ("box:", Kind.BOX, ""),
        ("ivr:hotline.ivr.yaml#end", Kind.SCRIPT, "hotline.ivr.yaml#end"),
        ("fax-receive:orders", Kind.FAX_IN, "orders"),
        ("fax-send:/srv/price list.pdf", Kind.FAX_OUT, "/srv/price list.pdf"),
        ("box", Kind.SEAT, "box"),
        ("a tel:1", Kind.SEAT, "a tel:1"),
        ("tel:box:x", Kind.OUTSIDE, "box:x"),
        ("", Kind.SEAT, ""),
    ],
)
def test_a_prefix_and_only_at_the_beginning_says_what_is_no_seat(word: str, kind: Kind, name: str) -> None:
    destination = Destination.of(word)
    assert destination == Destination(kind, name)
    assert str(destination) == word


@pytest.mark.parametrize("name", ["", "../x", "-x", "a b", "x" * 65, "li-mei\n", "李"])
def test_a_box_has_a_name_that_is_a_name_of_a_folder_too(name: str) -> None:
    assert re.fullmatch(BOX_NAME, name) is None
    assert re.fullmatch(BOX_NAME, "li-mei_2")
