"""What the station has against a request, in the words of the command."""

from __future__ import annotations

import argparse
import itertools

import pytest

from ctidrv.cli import calls, fax_queue
from ctidrv.cli.naming import naming
from ctidrv.errors import FieldError, InputError, UsageError
from ctidrv.service.shapes import NewCall, Parking, PickUp, Transfer
from ctidrv.service.shapes_fax import FaxCover, NewFax


def refused(field: str, options: dict[str, str]) -> InputError:
    with pytest.raises(InputError) as raised, naming(options):
        raise FieldError(field, "0 must be at least 1")
    return raised.value


def test_the_option_of_a_field_is_named() -> None:
    options = {"ring_s": "--ring", "numbers": "--number", "cover": "--cover", "cover.note": "--cover-note"}
    for field, said in (
        ("ring_s", "--ring: 0 must be at least 1"),
        ("numbers.3", "--number: 0 must be at least 1"),
        ("cover.note", "--cover-note: 0 must be at least 1"),
        ("cover.to", "--cover: 0 must be at least 1"),
    ):
        error = refused(field, options)
        assert isinstance(error, UsageError)
        assert str(error) == said


def test_a_field_of_no_option_is_told_as_the_station_says_it() -> None:
    assert str(refused("holder", {"box": "--box"})) == "holder: 0 must be at least 1"


def test_every_field_that_a_command_sends_has_an_option_that_there_is() -> None:
    parser = argparse.ArgumentParser(prog="ctidrv fax queue")
    fax_queue.configure(parser)
    known = {*itertools.chain(*(action.option_strings for action in parser._actions)), "FILE"}
    fields = set(NewFax.model_fields) | {f"cover.{name}" for name in FaxCover.model_fields}
    assert set(fax_queue.FIELDS) == fields
    assert set(fax_queue.FIELDS.values()) <= known
    asked = {*NewCall.model_fields, *Transfer.model_fields, *Parking.model_fields, *PickUp.model_fields}
    assert set(calls.FIELDS) == asked - {"card"}
