from __future__ import annotations

from ctidrv.drivers.v253.orders import Order, Orders


def test_one_is_sent_at_a_time_and_the_next_after_a_pause() -> None:
    orders = Orders()
    first, second = Order(b"AT1"), Order(b"AT2")
    orders.put(first)
    orders.put(second)
    assert orders.due(1.0) is first
    assert orders.due(1.1) is None
    assert orders.answered("OK", free_at=1.5) is first
    assert orders.due(1.4) is None
    assert orders.due(1.5) is second


def test_one_that_is_refused_is_tried_again_before_the_next() -> None:
    orders = Orders()
    order = Order(b"AT", tries=2)
    orders.put(order)
    orders.put(Order(b"later"))
    orders.due(1.0)
    assert orders.answered("ERROR", free_at=1.0) is None
    assert orders.due(1.0) is order
    assert orders.answered("ERROR", free_at=1.0) is order


def test_what_is_to_be_sent_again_is_so_once_and_in_its_time() -> None:
    orders = Orders()
    orders.put(Order(b"end", again=(1.5, b"END")))
    orders.due(1.0)
    assert orders.again(2.5) == b""
    assert orders.again(2.6) == b"END"
    assert orders.again(9.0) == b""


def test_one_that_is_in_a_hurry_waits_for_no_pause_and_none_is_left_when_all_are_dropped() -> None:
    orders = Orders()
    orders.clear(free_at=5.0)
    orders.put(Order(b"stop"))
    assert orders.due(1.0) is None
    orders.hurry()
    assert orders.due(1.0) is not None
    orders.put(Order(b"more"))
    assert orders.more
    orders.clear()
    assert not orders.more
    assert orders.waiting is None
