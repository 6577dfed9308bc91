"""Caller ID against implementations that are not ours: libspandsp and minimodem, both ways."""

from __future__ import annotations

import ctypes
import ctypes.util
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctidrv.events import CallerIdSeen
from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.native import cid
from ctidrv.native.ear import ALL, Ear
from ctidrv.native.pcm import Pcm

NUMBER, NAME, WHEN = "2025550143", "ALICE WONG", "11221430"
SPANDSP_STANDARDS = {"bell202": 1, "v23": 2, "jclip": 4, "dtmf": 5}  # ADSI_STANDARD_…
JCLIP_CALL, JCLIP_NUMBER, JCLIP_NUMBER_TYPE, JCLIP_ABSENCE = 0x40, 0x02, 0x21, 0x04


def hear(sound: Pcm) -> list[CallerIdSeen]:
    return [event for event in Ear(detectors=ALL).hear(sound) if isinstance(event, CallerIdSeen)]


@pytest.fixture(scope="module")
def spandsp() -> Any:
    found = ctypes.util.find_library("spandsp")
    if found is None:
        pytest.skip("libspandsp is not installed")
    lib = ctypes.CDLL(found)
    for name in ("adsi_tx_init", "adsi_rx_init"):
        getattr(lib, name).restype = ctypes.c_void_p
    return lib


def spandsp_burst(lib: Any, standard: str, fields: list[tuple[int, bytes]], kind: int = 0x80) -> Pcm:
    """A burst whose message (of this `kind`; DTMF: with this last digit) and audio spandsp makes."""
    tx = ctypes.c_void_p(lib.adsi_tx_init(None, SPANDSP_STANDARDS[standard]))
    message = ctypes.create_string_buffer(300)
    length = lib.adsi_add_field(tx, message, -1, ctypes.c_uint8(kind), None, 0)
    for field, body in fields:
        length = lib.adsi_add_field(tx, message, length, ctypes.c_uint8(field), body, len(body))
    assert lib.adsi_tx_put_message(tx, message, length) == length
    sound = b""
    block = (ctypes.c_int16 * 160)()
    for _ in range(200):
        made = lib.adsi_tx(tx, block, 160)
        sound += bytes(block)[: 2 * made]
        if made < 160:
            break
    lib.adsi_tx_free(tx)
    return Pcm.from_bytes(sound)


def spandsp_decode(lib: Any, standard: str, sound: Pcm) -> list[bytes]:
    """What spandsp's receiver makes of it: messages without their checksum."""
    got: list[bytes] = []
    put_message = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_int)
    callback = put_message(lambda _user, message, length: got.append(bytes(message[:length])))
    rx = ctypes.c_void_p(lib.adsi_rx_init(None, SPANDSP_STANDARDS[standard], callback, None))
    data = sound.bytes
    lib.adsi_rx(rx, ctypes.create_string_buffer(data, len(data)), len(sound))
    lib.adsi_rx_free(rx)
    return got


FIELDS = [(1, WHEN.encode()), (2, NUMBER.encode()), (7, NAME.encode())]


@pytest.mark.parametrize("standard", ["bell202", "v23"])
def test_burst_of_spandsp_is_decoded(spandsp: Any, standard: str) -> None:
    burst = spandsp_burst(spandsp, standard, FIELDS)
    (seen,) = hear(Pcm.silence(4000) + burst + Pcm.silence(2000))
    assert (seen.standard, seen.number, seen.name, seen.datetime) == (standard, NUMBER, NAME, WHEN)
    assert seen.checksum_ok
    assert abs(seen.start - 4000) < 80


def test_withheld_number_of_spandsp_is_private(spandsp: Any) -> None:
    burst = spandsp_burst(spandsp, "bell202", [(1, WHEN.encode()), (4, b"P"), (8, b"P")])
    (seen,) = hear(burst + Pcm.silence(2000))
    assert (seen.number, seen.name, seen.reason, seen.checksum_ok) == (None, None, "private", True)


@pytest.mark.parametrize("standard", ["bell202", "v23"])
@pytest.mark.parametrize("level", [-9.0, -13.5, -22.0])
def test_our_burst_is_decoded_by_spandsp(spandsp: Any, standard: str, level: float) -> None:
    message = cid.encode_mdmf(number=NUMBER, name=NAME, when=WHEN)
    burst = cid.fsk_burst(message, standard=standard, level=level)
    sound = Pcm.silence(1600) + burst + Pcm.silence(4000)
    assert spandsp_decode(spandsp, standard, sound) == [message[:-1]]


def test_our_single_data_message_is_decoded_by_spandsp(spandsp: Any) -> None:
    message = cid.encode_sdmf(when=WHEN, number=NUMBER)
    sound = Pcm.silence(1600) + cid.fsk_burst(message) + Pcm.silence(4000)
    assert spandsp_decode(spandsp, "bell202", sound) == [message[:-1]]


def test_jclip_of_spandsp_is_decoded(spandsp: Any) -> None:
    fields = [(JCLIP_NUMBER, b"0312345678"), (JCLIP_NUMBER_TYPE, b"215")]
    burst = spandsp_burst(spandsp, "jclip", fields, JCLIP_CALL)
    (seen,) = hear(Pcm.silence(4000) + burst + Pcm.silence(2000))
    assert (seen.standard, seen.number, seen.checksum_ok) == ("jclip", "0312345678", True)
    assert seen.kind == "call"


def test_jclip_of_spandsp_without_a_number_says_why(spandsp: Any) -> None:
    burst = spandsp_burst(spandsp, "jclip", [(JCLIP_ABSENCE, b"P")], JCLIP_CALL)
    (seen,) = hear(Pcm.silence(4000) + burst + Pcm.silence(2000))
    assert (seen.standard, seen.number, seen.reason) == ("jclip", None, "private")


@pytest.mark.parametrize("number", ["0312345678", "09012345678", "1234567890123"])
def test_our_jclip_is_decoded_by_spandsp(spandsp: Any, number: str) -> None:
    frame = cid.encode_jclip(number=number)
    sound = Pcm.silence(1600) + cid.fsk_burst(frame, standard="jclip", seizure_bits=0) + Pcm.silence(4000)
    # It takes parity and CRC away.
    (got,) = spandsp_decode(spandsp, "jclip", sound)
    assert number.encode() in got


@pytest.mark.parametrize(
    ("last", "fields", "said"),
    [
        ("#", [("A", "12345678")], ("12345678", None)),
        ("#", [("D", "1")], (None, "private")),
        ("#", [("D", "2")], (None, "unavailable")),
        ("C", [("A", "12345678")], ("12345678", None)),
        ("C", [("A", "12345678"), ("D", "8765")], ("12345678", None)),
        ("C", [("B", "10")], (None, "private")),
        ("C", [("D", "88887777")], ("88887777", None)),
        ("#", [("\0", "0201234567")], ("0201234567", None)),
    ],
)
def test_dtmf_of_spandsp_is_decoded(
    spandsp: Any, last: str, fields: list[tuple[str, str]], said: tuple[str | None, str | None]
) -> None:
    coded = [(ord(field), body.encode()) for field, body in fields]
    sound = spandsp_burst(spandsp, "dtmf", coded, ord(last))
    (seen,) = hear(Pcm.silence(4000) + sound + Pcm.silence(2000))
    assert (seen.standard, seen.kind, seen.checksum_ok) == ("dtmf", "call", None)
    assert (seen.number, seen.reason) == said
    assert seen.raw.decode().endswith(last)


@pytest.mark.parametrize("form", ["A-C", "A-#", "D-C"])
def test_our_dtmf_is_decoded_by_spandsp(spandsp: Any, form: str) -> None:
    digits = cid.encode_dtmf(number="0201234567", form=form)
    sound = Pcm.silence(1600) + cid.dtmf_sound(digits) + Pcm.silence(4000)
    (got,) = spandsp_decode(spandsp, "dtmf", sound)
    assert b"0201234567" in got


@pytest.fixture
def minimodem(tmp_path: Path) -> Iterator[Any]:
    path = shutil.which("minimodem")
    if path is None:
        pytest.skip("minimodem is not installed")

    def run(*arguments: str, stdin: bytes = b"") -> bytes:
        done = subprocess.run(
            [path, *arguments], input=stdin, capture_output=True, check=True, cwd=tmp_path, timeout=60
        )
        return done.stdout

    return run


@pytest.mark.parametrize(("standard", "mark", "space"), [("bell202", 1200, 2200), ("v23", 1300, 2100)])
def test_burst_of_minimodem_is_decoded(
    minimodem: Any, tmp_path: Path, standard: str, mark: int, space: int
) -> None:
    message = cid.encode_mdmf(number=NUMBER, name=NAME, when=WHEN)
    tones = ("-M", str(mark), "-S", str(space))
    form = ("--startbits", "1", "--stopbits", "1.0", "-R", "8000", "-v", "0.2", "-f", "burst.wav")
    # The seizure's 30 bytes of 0x55 and then, without marks between them, the message.
    minimodem("--tx", "-8", *tones, *form, "1200", stdin=b"\x55" * 30 + message)
    burst = read_wav(tmp_path / "burst.wav").channels[0]
    (seen,) = hear(Pcm.silence(3000) + burst + Pcm.silence(2000))
    assert (seen.standard, seen.number, seen.name, seen.datetime) == (standard, NUMBER, NAME, WHEN)
    assert seen.raw == message


def _write(path: Path, sound: Pcm) -> None:
    writer = WavWriter(path, 1, sync=False)
    writer.write(sound.bytes)
    writer.close()


@pytest.mark.parametrize(("standard", "mark", "space"), [("bell202", 1200, 2200), ("v23", 1300, 2100)])
def test_our_burst_is_decoded_by_minimodem(
    minimodem: Any, tmp_path: Path, standard: str, mark: int, space: int
) -> None:
    message = cid.encode_mdmf(number=NUMBER, name=NAME, when=WHEN)
    burst = cid.fsk_burst(message, standard=standard)
    _write(tmp_path / "ours.wav", Pcm.silence(1600) + burst + Pcm.silence(1600))
    heard = minimodem("--rx", "-q", "-8", "-M", str(mark), "-S", str(space), "-f", "ours.wav", "1200")
    for text in (NUMBER, NAME, WHEN):
        assert text.encode() in heard


def test_our_burst_is_read_by_minimodems_caller_id_mode(minimodem: Any, tmp_path: Path) -> None:
    message = cid.encode_mdmf(number=NUMBER, name=NAME, when=WHEN)
    _write(tmp_path / "ours.wav", Pcm.silence(1600) + cid.fsk_burst(message) + Pcm.silence(1600))
    heard = minimodem("--rx", "-q", "-f", "ours.wav", "callerid").decode()
    assert "202-555-0143" in heard or NUMBER in heard
    assert NAME in heard
