"""Whose a box's telephone is: the exchange line's from its first burst on, ours again when that is over."""

from __future__ import annotations

from ctidrv.drivers.usbgw.exchange_line import GIVEN_BACK_S, RINGS_NO_MORE_S, ExchangeLine


def test_the_first_burst_gets_the_telephone_and_it_is_given_back_when_it_rings_no_more() -> None:
    line = ExchangeLine(follow=True)
    line.look(False, 0)
    line.ring(True, 1, free=True)
    assert line.has_telephone
    line.ring(False, 3, free=True)
    line.look(False, 3 + RINGS_NO_MORE_S - 0.1)
    assert line.has_telephone
    line.look(False, 3 + RINGS_NO_MORE_S)
    assert not line.has_telephone


def test_a_burst_that_never_ends_keeps_it() -> None:
    line = ExchangeLine(follow=True)
    line.ring(True, 0, free=True)
    line.look(False, 60)
    assert line.has_telephone


def test_who_answers_keeps_it_until_he_has_hung_up_for_longer_than_a_flash() -> None:
    line = ExchangeLine(follow=True)
    line.ring(True, 0, free=True)
    line.ring(False, 2, free=True)
    line.look(True, 3)
    line.look(True, 90)
    assert line.has_telephone
    line.look(False, 91)  # a flash for the exchange
    line.look(True, 91.5)
    line.look(False, 100)
    line.look(False, 100 + GIVEN_BACK_S - 0.1)
    assert line.has_telephone
    line.look(False, 100 + GIVEN_BACK_S)
    assert not line.has_telephone


def test_a_telephone_in_use_is_left_alone_and_got_by_the_next_burst() -> None:
    line = ExchangeLine(follow=True)
    line.ring(True, 0, free=False)
    assert not line.has_telephone
    line.ring(False, 2, free=False)
    line.ring(True, 6, free=True)
    assert line.has_telephone


def test_a_line_that_is_only_told_gets_no_telephone() -> None:
    line = ExchangeLine(follow=False)
    line.ring(True, 0, free=True)
    assert line.rings
    assert not line.has_telephone
