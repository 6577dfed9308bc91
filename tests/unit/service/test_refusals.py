"""Requests that are not as their shape says, in plain words."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ctidrv.service.refusals import refusal


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: str = ""


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: Annotated[int, Field(ge=1, le=9)] = 1
    real: float = 0.0
    sure: bool = True
    text: Annotated[str, StringConstraints(min_length=1, max_length=50)] = "x"
    many: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    one: Literal["en", "zh"] = "en"
    due: AwareDatetime | None = None
    inner: Inner | None = None
    needed: str


TIME = "must be a time with its zone, such as 2027-03-08T18:00:00+08:00"


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"body": 0}, "body", "0 must be at least 1"),
        ({"body": 10}, "body", "10 must be at most 9"),
        ({"body": "many"}, "body", "'many' must be a whole number"),
        ({"body": 1.5}, "body", "1.5 must be a whole number"),
        ({"body": [1]}, "body", "must be a whole number"),
        ({"real": "loud"}, "real", "'loud' must be a number"),
        ({"sure": "perhaps"}, "sure", "'perhaps' must be true or false"),
        ({"text": 7}, "text", "7 must be text"),
        ({"text": "x" * 51}, "text", "has too many characters: at most 50"),
        ({"text": ""}, "text", "'' has too few characters: at least 1"),
        ({"many": []}, "many", "has too few entries: at least 1"),
        ({"many": [1, 2, 3]}, "many", "has too many entries: at most 2"),
        ({"many": [1, "x"]}, "many.1", "'x' must be a whole number"),
        ({"many": "x"}, "many", "'x' must be a list"),
        ({"one": "fr"}, "one", "'fr' must be 'en' or 'zh'"),
        ({"due": "2020-01-01T00:00"}, "due", f"'2020-01-01T00:00' {TIME}"),
        ({"due": "2020-01-01"}, "due", f"'2020-01-01' {TIME}"),
        ({"due": "yesterday\nor so"}, "due", f"'yesterday\\nor so' {TIME}"),
        ({"due": "x" * 300}, "due", TIME),
        ({"inner": {"from": "x"}}, "inner.from", "there is no such field"),
        ({"inner": {"a\nb" + "x" * 99: "x"}}, "inner.a?b" + "x" * 37, "there is no such field"),
        ({"inner": 7}, "inner", "7 must hold names and values"),
        ({"needed": None}, "needed", "must be text"),
    ],
)
def test_the_field_is_named_and_what_is_to_be_written(given, field, words):
    with pytest.raises(ValidationError) as raised:
        Shape(**{"needed": "", **given})
    errors = [{**error, "loc": ("body", *error["loc"])} for error in raised.value.errors()]
    assert refusal(errors) == (field, words)


def test_what_is_missing_is_named():
    with pytest.raises(ValidationError) as raised:
        Shape()
    errors = [{**error, "loc": ("body", *error["loc"])} for error in raised.value.errors()]
    assert refusal(errors) == ("needed", "is missing")


def test_a_body_that_is_no_json_is_the_body_s_fault():
    assert refusal([{"type": "json_invalid", "loc": ("body", 7), "msg": "JSON decode error", "ctx": {}}]) == (
        "body",
        "is no JSON",
    )


def test_a_fault_that_has_no_words_of_ours_is_told_in_one_line_all_the_same():
    error = {"type": "url_parsing", "loc": ("query", "to"), "msg": "no\nsuch thing", "input": "x"}
    assert refusal([error]) == ("to", "'x' no such thing")
