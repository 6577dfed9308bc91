"""Where lines of text break."""

from __future__ import annotations

import random

import pytest

from ctidrv.apps.fax.drawing import fonts
from ctidrv.apps.fax.drawing.lettering import length, shortened, wrapped
from ctidrv.errors import InputError

LETTER = "贵公司来函收悉，所订货物已于昨日发出（详见附件），预计「星期五」到达。The order was sent on time。"


def test_lines_are_as_long_as_they_may_and_lose_nothing() -> None:
    for most in (5.0, 8.0, 20.0, 43.0):
        lines = wrapped(LETTER, most)
        assert all(length(line) <= most for line in lines)
        assert "".join(lines).replace(" ", "") == LETTER.replace(" ", "")
        assert len(lines) <= length(LETTER) / (most - 4) + 1


def test_no_line_begins_with_a_sign_that_closes_or_ends_with_one_that_opens() -> None:
    for most in range(4, 30):
        for line in wrapped(LETTER, float(most)):
            assert line[0] not in "，。）」"
            assert line[-1] not in "（「"


def test_words_stay_whole_and_a_longer_one_is_cut() -> None:
    assert wrapped("the order of the tenth", 6.0) == ["the order of", "the tenth"]
    cut = wrapped("x" * 100, 6.0)
    assert "".join(cut) == "x" * 100
    assert max(map(length, cut)) <= 6.0


def test_paragraph_keeps_its_indent_and_an_empty_one_is_a_line() -> None:
    assert wrapped("", 10.0) == [""]
    assert wrapped("    Dear Sirs", 10.0) == ["    Dear Sirs"]


@pytest.mark.parametrize("seed", range(5))
def test_any_text_is_broken_without_loss(seed: int) -> None:
    dice = random.Random(seed)
    signs = "ab，。「」（）中文 \u3000-“”…９😀é"
    text = "".join(dice.choices(signs, k=3000))
    lines = wrapped(text, 7.0)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(length(line) <= 7.0 for line in lines)


def test_name_without_room_ends_in_dots() -> None:
    assert shortened("Hill & Dale", 20.0) == "Hill & Dale"
    short = shortened("Hill & Dale Trading Company", 6.0)
    assert short.startswith("Hill")
    assert short.endswith("...")
    assert length(short) <= 6.0
    assert shortened("anything", 0.0) in ("", "...")


def test_each_character_is_drawn_in_a_font_that_has_it() -> None:
    for character in "aéü中文訂ςЖ€，":
        assert fonts.number(character) is not None, character
    assert fonts.number("\U0001fae8") is None
    assert fonts.shown("ok \U0001fae8") == "ok ?"
    with pytest.raises(InputError, match="cover page: no font here has \U0001fae8: pip install"):
        fonts.check("ok \U0001fae8", "cover page")


def test_machine_without_fonts_draws_ascii_and_refuses_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = (fonts._files, fonts.chain, fonts.number, fonts.advance)
    monkeypatch.setattr(fonts, "folders", list)
    for each in kept:
        each.cache_clear()
    try:
        fonts.check("Dear Sirs, 12.50", "letter.txt")
        said = r"letter\.txt: no font here has 敬 启: pip install 'ctidrv\[fax\]'"
        with pytest.raises(InputError, match=said):
            fonts.check("敬启 Sirs", "letter.txt")
    finally:
        for each in kept:
            each.cache_clear()
