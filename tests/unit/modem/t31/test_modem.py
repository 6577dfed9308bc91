"""What a T.31 modem answers its host, clause by clause (ITU-T T.31, T.30, V.250)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctidrv.modem.t31.commands import Identity
from ctidrv.modem.t31.hearing import MOST_FRAMES, check_sequence
from ctidrv.modem.t31.modem import T31
from ctidrv.modem.t31.modulations import MODULATIONS, number_of
from ctidrv.modem.wording import Result
from ctidrv.native.fax_line import FaxTurn
from ctidrv.native.fax_modem import FaxSender
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK
from tests.unit.modem.t31.conftest import Bench

OK, CONNECT, ERROR = b"\r\nOK\r\n", b"\r\nCONNECT\r\n", b"\r\nERROR\r\n"
NO_CARRIER, FCERROR = b"\r\nNO CARRIER\r\n", b"\r\n+FCERROR\r\n"
DIS = b"\xff\x13\x80\x00\xee\xf8"
DCS = b"\xff\x13\x83\x00\x8e\xf8"
EOP, MCF = b"\xff\x13\x2f", b"\xff\x13\x8c"
CSI = b"\xff\x03\x40" + b" 12345" + bytes(14)
END = b"\x10\x03"


def given_frame(octets: bytes) -> bytes:
    """As the host gets it."""
    return (octets + check_sequence(octets)).replace(b"\x10", b"\x10\x10") + END


def test_it_tells_its_classes_and_modulations_to_who_asks() -> None:
    bench = Bench()
    assert bench.types("E0") == OK
    assert bench.types("+FCLASS=?") == b"\r\n0,1,1.0\r\n" + OK
    assert bench.types("+FTM=?") == b"\r\n24,48,72,73,74,96,97,98,121,122,145,146\r\n" + OK
    assert bench.types("+FRH=?") == b"\r\n3,24,48,72,73,74,96,97,98,121,122,145,146\r\n" + OK
    assert bench.types("+FCLASS=1.0;+FCLASS?") == b"\r\n1.0\r\n" + OK


def test_a_modem_without_v17_names_and_takes_none(call: Bench) -> None:
    call.modem.identity = Identity("a maker", "a model", "1", frozenset({3, 24, 48, 72, 96}))
    assert call.types("+FRM=?") == b"\r\n24,48,72,96\r\n" + OK
    assert call.types("+FTH=?") == b"\r\n3,24,48,72,96\r\n" + OK
    assert call.types("+FRM=145") == ERROR
    assert call.line.turns == []


@pytest.mark.parametrize(
    "text", ["+FTM=3", "+FTM=25", "+FRM=", "+FRH=99999", "+FTS=256", "+FTH?", "+FRM", "+FCLASS=2", "+FAR=2"]
)
def test_what_t31_does_not_have_is_an_error(call: Bench, text: str) -> None:
    assert call.types(text) == ERROR
    assert call.line.turns == []


@pytest.mark.parametrize("text", ["+FTM=96", "+FRM=96", "+FTH=3", "+FRH=3", "+FTS=8", "+FRS=7"])
def test_on_hook_or_out_of_class_1_nothing_is_sent_nor_heard(bench: Bench, text: str) -> None:
    assert bench.types(text) == ERROR
    bench.hook.off_hook = True
    bench.types("+FCLASS=0")
    assert bench.types(text) == ERROR


def test_dialling_sends_cng_and_goes_on_as_frh_3(bench: Bench) -> None:
    assert bench.types("DT555-0123") == b""
    assert bench.hook.dialled == ["T555-0123"]
    bench.modem.through()
    assert bench.line.turns == [FaxTurn("cng")]
    assert bench.hears("carrier") == CONNECT
    assert bench.hears("frame", CSI) == given_frame(CSI) + OK
    assert bench.types("+FRH=3") == CONNECT  # the same carrier goes on
    assert bench.hears("frame", DIS) == given_frame(DIS) + OK
    assert bench.line.turns == [FaxTurn("cng")]


@pytest.mark.parametrize("result", [Result.BUSY, Result.NO_DIALTONE, Result.NO_ANSWER])
def test_a_call_that_fails_says_why(bench: Bench, result: Result) -> None:
    bench.types("D1")
    bench.modem.failed(result)
    assert bench.read() == b"\r\n" + result.value[0].encode() + b"\r\n"


def test_s7_is_how_long_a_fax_is_waited_for(bench: Bench) -> None:
    bench.types("S7=3D1")
    bench.modem.through()
    assert bench.passes(2900) == b""
    assert bench.passes(200) == NO_CARRIER
    assert not bench.hook.off_hook


def test_a_character_breaks_dialling_off_but_not_the_line_feed_behind_the_command(bench: Bench) -> None:
    bench.modem.feed(b"ATD1\r\n")
    assert bench.hook.off_hook
    bench.passes(200)
    bench.modem.feed(b"x")
    assert bench.read() == NO_CARRIER
    assert not bench.hook.off_hook


def test_answering_sends_ced_behind_t30s_silence_and_goes_on_as_fth_3(bench: Bench) -> None:
    assert bench.types("A") == b""
    bench.modem.through()
    (ced,) = bench.line.turns
    assert (ced.kind, ced.silence) == ("ced", 14_400)
    assert 2600 <= ced.ms <= 4000
    assert bench.sent() == CONNECT
    assert bench.line.turns[1] == FaxTurn("frames")
    bench.modem.feed(DIS + END)
    assert bench.line.frames == [DIS]
    assert bench.line.ended
    assert bench.sent() == OK


def test_with_s0_it_answers_by_itself(bench: Bench) -> None:
    bench.types("S0=2")
    bench.modem.ring()
    assert bench.read() == b"\r\nRING\r\n"
    assert not bench.hook.answered
    bench.modem.ring()
    assert bench.hook.answered == 1


def test_adaptive_answer_says_fax(bench: Bench) -> None:
    bench.types("+FAE=1")
    bench.types("A")
    bench.modem.through()
    assert bench.sent() == b"\r\nFAX\r\n" + CONNECT


def test_frames_go_one_by_one_and_a_final_one_ends_the_carrier(call: Bench) -> None:
    assert call.types("+FTH=3") == CONNECT
    call.modem.feed(CSI.replace(b"\x10", b"\x10\x10") + END)
    assert call.read() == CONNECT
    assert not call.line.ended
    call.modem.feed(DIS + END)
    assert call.read() == b""
    assert call.line.ended
    assert call.sent() == OK
    assert call.line.frames == [CSI, DIS]


def test_an_empty_frame_ends_the_carrier(call: Bench) -> None:
    call.types("+FTH=3")
    call.modem.feed(END)
    assert call.line.ended
    assert call.sent() == OK


def test_a_frame_longer_than_any_is_an_error(call: Bench) -> None:
    call.types("+FTH=3")
    call.modem.feed(b"\xff" * 100_000 + END)
    assert call.line.frames == []
    assert call.sent() == ERROR


def test_a_host_that_gives_no_frame_for_5_s_gets_an_error(call: Bench) -> None:
    call.types("+FTH=3")
    assert call.passes(4980) == b""
    call.passes(40)
    assert call.line.ended
    assert call.sent() == ERROR


def test_data_are_unshielded_and_their_end_ends_the_carrier(call: Bench) -> None:
    assert call.types("+FTM=146") == CONNECT
    assert call.line.turns == [FaxTurn("data", modem="v17", bit_rate=14400, hdlc=False, short_training=True)]
    call.modem.feed(b"\x00\x10")
    call.modem.feed(b"\x10\x01\x10\x1a\x10\x03ATH\r")  # what is typed too early is nobody's
    assert bytes(call.line.octets) == b"\x00\x10\x01\x10\x10"
    assert call.line.ended
    assert call.sent() == OK
    assert call.hook.off_hook


def test_a_full_buffer_holds_the_host_up_and_loses_nothing(call: Bench) -> None:
    call.types("+FLO=1")
    call.types("+FTM=96")
    call.modem.feed(b"ab" * 2000)
    assert not call.modem.takes_more
    assert call.read() == b"\x13"
    call.line.room = 3000
    assert call.passes(20) == b"\x11"
    assert call.modem.takes_more
    call.modem.feed(END)
    call.passes(20)
    assert bytes(call.line.octets) == b"ab" * 2000
    assert call.line.ended


def test_fill_behind_a_zero_goes_on_for_5_s_then_the_carrier_ends_with_an_error(call: Bench) -> None:
    call.types("+FTM=96")
    call.modem.feed(b"\x01\x00")
    call.passes(4980)
    assert not call.line.ended
    call.passes(60)
    assert call.line.ended
    assert call.sent() == ERROR


def test_a_buffer_that_runs_dry_behind_data_ends_the_carrier_well(call: Bench) -> None:
    call.types("+FTM=96")
    call.modem.feed(b"\x00\x01")
    call.passes(500)
    assert not call.line.ended  # a host that the computer held up
    call.passes(600)
    assert call.line.ended
    assert call.sent() == OK


def test_received_data_are_shielded_until_the_carrier_ends(call: Bench) -> None:
    assert call.types("+FRM=145") == b""
    assert call.line.turns == [FaxTurn("listen", modem="v17", bit_rate=14400, hdlc=False)]
    assert call.hears("training", modem="v17") == b""
    assert call.hears("carrier", modem="v17") == CONNECT
    assert call.hears("octets", b"\x00\x10\x03", modem="v17") == b"\x00\x10\x10\x03"
    assert call.hears("end", modem="v17") == END + NO_CARRIER


def test_double_escape_gives_two_octets_in_one_code(call: Bench) -> None:
    call.types("+FDD=1")
    call.types("+FRM=96")
    call.hears("carrier", modem="v29")
    assert call.hears("octets", b"\x10\x10\x10", modem="v29") == b"\x10\x1a\x10\x10"


def test_carrier_loss_time_is_the_hosts(call: Bench) -> None:
    call.types("+FCL=12")
    call.types("+FRM=96")
    assert call.line.turns[-1].hold_ms == 1200


def test_v21_instead_of_the_carrier_is_fcerror_and_the_frame_is_not_lost(call: Bench) -> None:
    call.types("+FRM=96")
    call.hears("carrier")
    assert call.passes(260) == FCERROR
    call.hears("frame", DIS)
    assert call.types("+FRH=3") == CONNECT + given_frame(DIS) + OK
    assert len(call.line.turns) == 1


def test_flags_behind_the_last_frame_are_no_other_carrier_and_the_page_is_heard(call: Bench) -> None:
    call.types("+FRH=3")
    call.hears("carrier")
    call.hears("frame", DCS)
    assert call.types("+FRM=96") == b""
    assert call.hears("carrier") + call.passes(100) + call.hears("end") == b""
    assert call.hears("carrier", modem="v29") == CONNECT
    assert call.hears("octets", b"page", modem="v29") == b"page"


def test_a_frame_for_which_the_host_is_late_is_kept_from_the_end_of_its_own(call: Bench) -> None:
    call.types("+FTH=3")
    call.modem.feed(EOP + END)
    assert call.sent() == OK
    call.hears("carrier")
    call.hears("frame", MCF)
    call.hears("end")
    assert call.types("+FRH=3") == CONNECT + given_frame(MCF) + OK


def test_its_own_flags_that_the_line_returns_are_no_answer(call: Bench) -> None:
    call.types("+FTH=3")
    call.modem.feed(EOP + END)
    call.sent()
    assert call.hears("carrier") + call.passes(40) + call.hears("end") == b""
    assert call.types("+FRH=3") == b""
    call.hears("carrier")
    assert call.hears("frame", MCF) == given_frame(MCF) + OK


def test_a_frame_instead_of_the_carrier_is_fcerror_at_once(call: Bench) -> None:
    call.types("+FRM=96")
    assert call.hears("frame", DIS) == FCERROR
    assert call.types("+FRH=3") == CONNECT + given_frame(DIS) + OK


def test_with_adaptive_reception_it_goes_on_as_frh_3_by_itself(call: Bench) -> None:
    call.types("+FAR=1")
    call.types("+FRM=96")
    call.hears("carrier")
    assert call.passes(260) == b"\r\n+FRH:3\r\n" + CONNECT
    assert call.hears("frame", DIS) == given_frame(DIS) + OK


def test_v21_behind_the_data_ends_them(call: Bench) -> None:
    call.types("+FRM=96")
    call.hears("carrier", modem="v29")
    assert call.hears("carrier") == END + NO_CARRIER
    assert call.types("+FRH=3") == CONNECT


def test_a_damaged_frame_is_an_error_whose_check_sequence_is_wrong_too(call: Bench) -> None:
    call.types("+FRH=3")
    assert call.hears("carrier") == CONNECT
    answer = call.hears("bad", b"\xff\x13\x21")
    assert answer.endswith(END + ERROR)
    assert check_sequence(b"\xff\x13\x21") not in answer


def test_a_carrier_that_ends_without_a_frame_is_no_carrier(call: Bench) -> None:
    call.types("+FRH=3")
    call.hears("carrier")
    assert call.hears("end") == END + NO_CARRIER
    assert call.types("+FRH=3") == b""  # and listens anew


def test_behind_a_final_frame_the_end_of_its_carrier_is_no_news(call: Bench) -> None:
    call.types("+FRH=3")
    call.hears("carrier")
    call.hears("frame", DIS)
    call.hears("end")
    assert call.types("+FRH=3") == b""
    assert call.passes(1000) == b""


def test_frames_wait_for_the_host_and_no_more_than_there_is_room_for(call: Bench) -> None:
    call.types("+FRH=3")
    call.hears("carrier")
    for _ in range(MOST_FRAMES + 10):
        call.hears("frame", CSI)
    for _ in range(MOST_FRAMES - 1):
        assert call.types("+FRH=3").endswith(OK)
    assert call.types("+FRH=3").endswith(ERROR)  # the last one kept is told as damaged


def test_any_character_breaks_listening_off_but_xon(call: Bench) -> None:
    call.types("+FRH=3")
    call.passes(200)
    call.modem.feed(b"\x11")
    assert call.read() == b""
    call.modem.feed(b"\x18")
    assert call.read() == OK
    call.types("+FRM=96")
    call.hears("carrier", modem="v29")
    call.passes(200)
    call.modem.feed(b"x")
    assert call.read() == END + OK


def test_xoff_of_the_host_holds_received_data_until_xon(call: Bench) -> None:
    call.types("+FRM=96")
    call.hears("carrier", modem="v29")
    call.modem.feed(b"\x13")
    assert call.hears("octets", b"abc", modem="v29") == b""
    call.modem.feed(b"\x11")
    assert call.read() == b"abc"


def test_what_ends_while_the_host_has_stopped_it_is_told_behind_xon(call: Bench) -> None:
    call.types("+FRM=96")
    call.hears("carrier", modem="v29")
    call.modem.feed(b"\x13")
    assert call.hears("end", modem="v29") == b""
    call.modem.feed(b"\x11")
    assert call.read() == END + NO_CARRIER


def test_fts_waits_in_silence_and_the_rest_of_its_line_follows(call: Bench) -> None:
    assert call.types("+FTS=8;+FCLASS?") == b""
    assert call.passes(60) == b""
    assert call.passes(20) == b"\r\n1\r\n" + OK


def test_frs_waits_for_silence_behind_a_carrier(call: Bench) -> None:
    call.types("+FRS=7")
    carrier = FaxSender("v21", level=-20.0).samples(4 * TICK)
    assert call.passes(400, carrier[:TICK]) == b""
    assert call.passes(60) == b""
    assert call.passes(20) == OK


def test_frs_takes_a_noisy_line_for_silent_once_its_noise_is_known(call: Bench) -> None:
    noise = Pcm((-1) ** (i // 3) * 60 for i in range(TICK))  # about -43 dBm0
    call.passes(100, noise)
    call.types("+FRS=7")
    assert call.passes(80, noise) == OK


def test_a_far_end_that_goes_is_no_carrier(call: Bench) -> None:
    call.types("+FRH=3")
    call.hook.off_hook = False
    call.modem.hung_up()
    assert call.read() == NO_CARRIER
    assert call.types("+FRH=3") == ERROR


def test_dtr_puts_it_on_hook_and_athz_too(call: Bench) -> None:
    call.types("+FRM=96")
    call.modem.dtr_lost()
    assert not call.hook.off_hook
    call.hook.off_hook = True
    assert call.types("H") == OK
    assert not call.hook.off_hook
    assert call.types("Z+FCLASS?") == b"\r\n0\r\n" + OK


def test_numbers_instead_of_words_where_the_host_wants_them(call: Bench) -> None:
    call.types("V0")
    call.read()
    call.types("+FRM=96")
    call.hears("carrier")
    assert call.passes(260) == b"+F4\r"


def test_every_modulation_has_one_number() -> None:
    for number, each in MODULATIONS.items():
        assert number_of(each.modem, each.bit_rate, each.short_training) == number
    assert number_of("v17", 2400, False) is None


_TYPED = ["+FTM=96", "+FRM=145", "+FTH=3", "+FRH=3", "+FTS=1", "+FRS=1", "A", "D1", "H", "Z"]
_SET = ["+FCLASS=1", "+FAR=1", "+FLO=1"]
_PIECES = st.sampled_from(
    [
        *(f"AT{text}\r".encode() for text in (*_TYPED, *_SET)),
        b"\x10\x03",
        b"\x10",
        b"\x13",
        b"\x11",
        b"\x00\xff",
    ]
)
_EVENTS = st.sampled_from(["carrier", "flags", "frame", "bad", "octets", "end", "idle", "training", "failed"])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            _PIECES,
            st.binary(max_size=40),
            st.tuples(_EVENTS, st.sampled_from(["v21", "v17"]), st.binary(max_size=300)),
            st.sampled_from(["sent", "through", "hung up", "ring", "dtr", "pass"]),
        ),
        max_size=40,
    )
)
def test_whatever_host_and_line_do_it_goes_on_and_takes_commands_again(steps: list[object]) -> None:
    bench = Bench()
    modem: T31 = bench.modem
    bench.types("+FCLASS=1")
    does = {
        "sent": lambda: bench.sent(),
        "through": lambda: modem.through(),
        "hung up": lambda: modem.hung_up(),
        "ring": lambda: modem.ring(),
        "dtr": lambda: modem.dtr_lost(),
        "pass": lambda: bench.passes(300),
    }
    for step in steps:
        if isinstance(step, bytes):
            modem.feed(step)
        elif isinstance(step, str):
            does[step]()
        else:
            kind, by, octets = step  # type: ignore[misc]
            bench.hears(kind, octets, modem=by)
    bench.line.room = 1 << 20
    for _ in range(3):  # an action under way ends by a character, a lost line, or DTR
        modem.dtr_lost()
        bench.passes(300)
    modem.feed(b"\rAT&FE0\r")
    bench.read()
    assert bench.types("+FCLASS?") == b"\r\n0\r\n" + OK
