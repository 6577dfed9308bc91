"""Events in plain words, in each language."""

from __future__ import annotations

import string
from typing import Any

import pytest

from ctidrv.picture import telling
from ctidrv.picture.telling import told


def test_each_event_is_told_in_each_language_with_the_same_facts() -> None:
    def facts(words: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    english, chinese = telling._WORDS["en"], telling._WORDS["zh"]
    assert english.keys() == chinese.keys()
    assert [kind for kind in english if facts(english[kind]) != facts(chinese[kind])] == []


@pytest.mark.parametrize(
    ("event", "en", "zh"),
    [
        ({"state": "started"}, "given to fax-receive:orders", "转到 fax-receive:orders"),
        ({"state": "no-answer"}, "nobody answers fax-receive:orders", "fax-receive:orders 无应答"),
        ({"state": "failed"}, "fax-receive:orders fails", "fax-receive:orders 未成功"),
        ({"state": "caller-left"}, None, None),  # its end is told
    ],
)
def test_op_4_a_caller_who_is_given_to_what_is_no_seat(
    event: dict[str, Any], en: str | None, zh: str | None
) -> None:
    whole = {"type": "call.served", "by": "fax-receive:orders", **event}
    assert (told(whole), told(whole, "zh")) == (en, zh)


def test_a_fax_within_a_call_is_told_with_its_pages() -> None:
    event = {"type": "call.faxed", "direction": "in", "result": "ok", "pages": 2, "bad_rows": 0}
    assert told(event) == "fax in: ok; pages: 2"
