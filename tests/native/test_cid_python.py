"""Caller ID from Python: what is encoded is read again, names by their code page, damage gives no number."""

from __future__ import annotations

import numpy
import pytest

from ctidrv.errors import UsageError
from ctidrv.events import AlertSeen, CallerIdSeen, DigitDown
from ctidrv.native import cid
from ctidrv.native.ear import ALL, CALLER_ID, Ear
from ctidrv.native.pcm import Pcm


def caller_ids(sound: Pcm, detectors: int = ALL) -> list[CallerIdSeen]:
    heard = Ear(detectors=detectors).hear(Pcm.silence(2400) + sound + Pcm.silence(4000))
    return [event for event in heard if isinstance(event, CallerIdSeen)]


def test_en_300_659_3_parameters_come_back() -> None:
    message = cid.parse(
        cid.encode_mdmf(
            number="0301234", dialled="118", redirecting="0307777", complementary="42", name="ANN"
        )
    )
    assert (message.number, message.dialled, message.redirecting) == ("0301234", "118", "0307777")
    assert (message.complementary, message.name, message.kind) == ("42", "ANN", "call")


def test_message_waiting_says_how_many_and_is_no_call() -> None:
    raw = cid.encode_waiting(True, messages=3, when="11221430")
    (seen,) = caller_ids(cid.fsk_burst(raw, standard="v23"))
    assert (seen.kind, seen.number, seen.checksum_ok, seen.datetime) == (
        "message-waiting",
        None,
        True,
        "11221430",
    )
    message = cid.parse(seen.raw)
    assert (message.waiting, message.messages) == (True, 3)
    assert cid.parse(cid.encode_waiting(False)).waiting is False


def test_damaged_message_waiting_is_no_call_either() -> None:
    raw = bytearray(cid.encode_waiting(True, messages=3))
    raw[-1] ^= 1
    (seen,) = caller_ids(cid.fsk_burst(bytes(raw)))
    assert (seen.kind, seen.checksum_ok, seen.number) == ("message-waiting", False, None)


@pytest.mark.parametrize(
    ("data", "country", "name"),
    [
        (b"ANN", None, "ANN"),
        ("王小明".encode(), "cn", "王小明"),
        ("王小明".encode("gb2312"), "cn", "王小明"),
        ("王小明".encode("gb2312"), None, "王小明"),
        ("陈喆".encode("gbk"), "cn", "陈喆"),  # GBK only: the second is not in GB 2312
        ("M\u00fcLLER".encode("latin-1"), None, "M\u00fcLLER"),
        ("M\u00fcLLER".encode("latin-1"), "de", "M\u00fcLLER"),
        ("王小明".encode("gb2312"), "fr", "王小明".encode("gb2312").decode("latin-1")),
        (b"", "cn", None),
        (b"\xff\xff", "cn", "\xff\xff"),
    ],
)
def test_name_is_read_by_utf_8_then_the_countrys_code_then_latin_1(
    data: bytes, country: str | None, name: str | None
) -> None:
    assert cid.decode_name(data, country) == name


@pytest.mark.parametrize("standard", ["bell202", "v23"])
def test_gb_name_comes_over_the_line_byte_for_byte(standard: str) -> None:
    name = "王小明".encode("gb18030")
    (seen,) = caller_ids(cid.fsk_burst(cid.encode_mdmf(number="13800138000", name=name), standard=standard))
    assert (seen.number, seen.name) == ("13800138000", "王小明")
    assert name in seen.raw


@pytest.mark.parametrize("number", ["+49301234", "1" * 21, "12 34"])
def test_dtmf_refuses_a_number_that_it_cannot_tell(number: str) -> None:
    with pytest.raises(UsageError, match="1 to 20 digits"):
        cid.encode_dtmf(number=number)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(UsageError, match="A-C, A-#, D-C, #"):
        cid.encode_dtmf(number="12", form="Z")
    with pytest.raises(UsageError, match="J-CLIP"):
        cid.encode_jclip(number="12\n")
    with pytest.raises(UsageError, match="0 to 255"):
        cid.encode_waiting(True, messages=256)


def test_digits_are_heard_the_same_with_and_without_caller_id() -> None:
    """Caller ID has a receiver of its own: what a port says of digits does not depend on it."""
    sound = Pcm.silence(2400) + cid.dtmf_sound("A0201234567C") + Pcm.silence(4000)
    both = [e for e in Ear(detectors=ALL).hear(sound) if isinstance(e, DigitDown)]
    assert "".join(event.digit for event in both) == "A0201234567C"
    (alone,) = caller_ids(cid.dtmf_sound("A0201234567C"), CALLER_ID)
    assert alone.number == "0201234567"


def test_gr_30_call_waiting_is_heard_behind_its_alert_and_our_answer() -> None:
    message = cid.encode_mdmf(number="5551234", name="ANN")
    sound = (
        cid.alert(ms=80)
        + Pcm.silence(400)
        + cid.acknowledgement()
        + Pcm.silence(1200)
        + cid.fsk_burst(message, seizure_bits=0, mark_bits=80)
    )
    (seen,) = caller_ids(sound)
    assert (seen.kind, seen.number, seen.name) == ("call-waiting", "5551234", "ANN")
    assert len(cid.acknowledgement()) == 480


def test_alert_over_speech_at_its_own_level_is_heard() -> None:
    """Noise shaped like speech (falling 9 dB an octave above 500 Hz), which goes on beneath the tone."""
    dice = numpy.random.default_rng(4)
    heard = 0
    for _ in range(20):
        spectrum = numpy.fft.rfft(dice.normal(0, 1, 16000))
        hz = numpy.fft.rfftfreq(16000, 1 / 8000)
        talk = numpy.fft.irfft(spectrum / numpy.maximum(hz / 500, 1) ** 1.5)
        talk *= 16140 * 10 ** (-17 / 20) / numpy.sqrt(numpy.mean(talk**2))
        tone = numpy.frombuffer(cid.alert(ms=80, level=-20).bytes, dtype=numpy.int16)
        talk[8000 : 8000 + len(tone)] += tone
        sound = Pcm.from_bytes(numpy.clip(talk, -32768, 32767).astype(numpy.int16).tobytes())
        found = [e for e in Ear(detectors=CALLER_ID).hear(sound) if isinstance(e, AlertSeen)]
        heard += len(found) == 1 and abs(found[0].start - 8000) < 80
    assert heard >= 19


@pytest.mark.parametrize("standard", ["bell202", "v23", "jclip", "dtmf"])
def test_noise_up_to_the_signals_own_level_never_gives_a_wrong_number(standard: str) -> None:
    dice = numpy.random.default_rng(11)
    number = "0312345678"
    if standard == "dtmf":
        sound = cid.dtmf_sound(cid.encode_dtmf(number=number))
    elif standard == "jclip":
        sound = cid.fsk_burst(cid.encode_jclip(number=number), standard="jclip", seizure_bits=0)
    else:
        sound = cid.fsk_burst(cid.encode_mdmf(number=number), standard=standard)
    clean = numpy.frombuffer((sound + Pcm.silence(2000)).bytes, dtype=numpy.int16).astype(float)
    level = numpy.sqrt(numpy.mean(clean[: len(sound)] ** 2))
    for snr in (0, 2, 4, 6, 20):
        for _ in range(4):
            line = clean + dice.normal(0, level * 10 ** (-snr / 20), len(clean))
            noisy = Pcm.from_bytes(numpy.clip(line, -32768, 32767).astype(numpy.int16).tobytes())
            found = [seen.number for seen in caller_ids(noisy, CALLER_ID)]
            assert set(found) <= {None, number}
            assert snr < 20 or found == [number]
