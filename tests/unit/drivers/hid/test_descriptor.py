"""Report descriptors: what real ones hold, what the standard says, and what hostile ones may not do."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctidrv.drivers.hid.descriptor import INPUT, MOST_BYTES, OUTPUT, Descriptor, Usages, parse
from ctidrv.drivers.hid.usages import KEYS, LAMPS
from ctidrv.errors import InputError
from hwsim.devices.hid_models import MODELS, Model

WANTED = {*KEYS, *LAMPS}
HEAD, END = "050b 0905 a101 1500 2501 7501", "c0"


def read(text: str) -> Descriptor:
    return parse(bytes.fromhex(text), WANTED)


def found(text: str) -> list[tuple[str, int, int, int]]:
    return [(f.direction, f.report, f.bit, f.usages[0].first) for f in read(text).fields]


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_keys_and_lamps_of_real_headsets_are_where_their_makers_put_them(model: Model) -> None:
    usages = {"hook": 0x0B0020, "mute": 0x0B002F, "flash": 0x0B0021, "drop": 0x0B0026, "reject": 0x090007}
    lamps = {"off-hook": 0x080017, "ring": 0x080018, "mute": 0x080009, "hold": 0x080020}
    got = {(f.direction, f.report, f.bit, f.usages[0].first) for f in parse(model.descriptor, WANTED).fields}
    for name, place in model.keys.items():
        assert (INPUT, place.report, place.bit, usages[name]) in got, name
    for name, place in model.lamps.items():
        assert (OUTPUT, place.report, place.bit, lamps[name]) in got, name
    extra = (model.keypad is not None) + (0x0B009E in {each[3] for each in got})
    assert len(got) == len(model.keys) + len(model.lamps) + extra


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_lengths_of_a_devices_reports_are_read(model: Model) -> None:
    lengths = parse(model.descriptor, WANTED).lengths
    assert {report: size for (way, report), size in lengths.items() if way == INPUT} == model.lengths


def test_relative_is_told_from_absolute() -> None:
    flags = {f.usages[0].first: f.relative for f in parse(MODELS["Gigaset ION"].descriptor, WANTED).fields}
    assert (flags[0x0B0020], flags[0x0B002F]) == (False, True)
    (hook,) = [
        f for f in parse(MODELS["Toggle headset"].descriptor, WANTED).fields if f.usages[0].first == 0x0B0020
    ]
    assert hook.relative


def test_6_2_2_7_the_page_that_holds_at_the_main_item_is_a_short_usages() -> None:
    assert found(f"{HEAD} 0907 0509 9501 8102 {END}") == [(INPUT, 0, 0, 0x090007)]


def test_6_2_2_8_a_usage_of_four_bytes_says_its_page_itself() -> None:
    assert found(f"{HEAD} 0b 2000 0b00 0508 9501 8102 {END}") == [(INPUT, 0, 0, 0x0B0020)]


def test_6_2_2_8_a_range_gives_each_bit_one_usage() -> None:
    bits = [(bit, usage) for _, _, bit, usage in found(f"{HEAD} 1920 292f 9510 8102 {END}")]
    assert bits == [(0, 0x0B0020), (1, 0x0B0021), (6, 0x0B0026), (15, 0x0B002F)]


def test_6_2_2_7_push_and_pop_keep_and_give_back_the_global_items() -> None:
    assert found(f"{HEAD} 8502 9501 a4 8503 0508 9508 7508 b4 0920 8102 {END}") == [(INPUT, 2, 0, 0x0B0020)]


def test_6_2_2_3_a_long_item_is_passed_over() -> None:
    assert found(f"{HEAD} fe 03 99 010203 9501 0920 8102 {END}") == [(INPUT, 0, 0, 0x0B0020)]


def test_a_constant_without_a_usage_is_padding_and_counts_as_bits() -> None:
    assert found(f"{HEAD} 9503 8103 0920 9501 8102 {END}") == [(INPUT, 0, 3, 0x0B0020)]


def test_a_feature_takes_its_usages_and_no_room_in_a_report() -> None:
    assert found(f"{HEAD} 0920 9508 b102 092f 9501 8102 {END}") == [(INPUT, 0, 0, 0x0B002F)]


def test_an_array_keeps_its_usages_in_their_order() -> None:
    (array,) = read("050b 0906 a101 1501 250c 7504 9501 09ba 19b0 29b9 8100 c0").fields
    assert (array.variable, array.least, array.usages) == (
        False,
        1,
        (Usages(0x0B00BA, 0x0B00BA), Usages(0x0B00B0, 0x0B00B9)),
    )
    assert [array.usage(place) for place in (-1, 0, 1, 10, 11)] == [None, 0x0B00BA, 0x0B00B0, 0x0B00B9, None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("050b 09", "byte 2: ends in the midst of an item"),
        ("fe", "byte 0: ends in the midst of an item"),
        ("fe ff 00", "byte 0: ends in the midst"),
        ("c0", "byte 0: the end of a collection that has not begun"),
        ("a101 " * 17, "byte 32: collections more than 16 deep"),
        ("b4", "nothing was pushed"),
        ("a4 " * 17, "byte 16: pushed more than 16 deep"),
        ("75ff 96ff7f", "count: 32767 is not from 0 to 8192"),
        ("75ff 95ff 8102", "a report of 65025 bits: at most 8192"),
        ("8500", "report: 0 is not from 1 to 255"),
        ("860001", "report: 256"),
        ("292f", "a range of usages without its beginning"),
        ("1930 292f", "its end before it"),
        ("00" * (MOST_BYTES + 1), "of 4097 bytes: at most 4096"),
    ],
)
def test_what_breaks_the_form_or_a_bound_is_named_with_its_byte(text: str, words: str) -> None:
    with pytest.raises(InputError, match="HID descriptor") as raised:
        read(text)
    assert words in str(raised.value)


def _bounded(data: bytes) -> Descriptor | None:
    try:
        read = parse(data, WANTED)
    except InputError:
        return None
    assert len(read.fields) <= 256
    for each in read.fields:
        assert each.bit + each.bits <= 8 * read.lengths[each.direction, each.report] <= 8192
    return read


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _bounded(data)


def test_descriptors_with_bytes_changed_cut_and_doubled_are_read_or_refused() -> None:
    draw, read = random.Random(6), 0
    for _ in range(1500):
        data = bytearray(draw.choice(list(MODELS.values())).descriptor)
        for _ in range(draw.randrange(1, 6)):
            at = draw.randrange(len(data))
            change = draw.randrange(3)
            data[at : at + draw.randrange(4)] = (
                draw.randbytes(change) if change < 2 else data[: draw.randrange(64)]
            )
            data = data or bytearray(1)
        read += _bounded(bytes(data)) is not None
    assert 100 < read < 1400


@pytest.mark.parametrize(
    "piece",
    [
        "1900 2aff7f 96 0020 8102",
        "85%02x 7501 1900 2aff7f 96ff1f 8102",
        "0920 7501 9501 8102",
        "1900 29ff",
        "fe00 00",
    ],
    ids=["one range", "many reports", "many keys", "usages without end", "long items"],
)
def test_a_descriptor_made_to_take_long_takes_little(piece: str) -> None:
    """Counted in allocated memory, not in time: nothing grows with what the device says of itself."""
    one = [bytes.fromhex(piece % number if "%" in piece else piece) for number in range(1, 256)]
    data = b"".join(one * 16)[: MOST_BYTES - 8]
    tracemalloc.start()
    try:
        _bounded(bytes.fromhex("050b 7501") + data)
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()
