"""The expressions of scripts: what they mean, where they are wrong, and that nothing else happens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.apps.ivr.expression import (
    KEYWORDS,
    MAX_LENGTH,
    Among,
    Compare,
    ExpressionError,
    Joined,
    Literal,
    Name,
    Not,
    evaluate,
    names,
    parse,
)

KNOWN = {"pin": "0042", "none": None, "vip": True, "count": 3, "t.status": "busy"}


def value(text):
    return evaluate(parse(text), KNOWN.get)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'busy'", "busy"),
        ("-3", -3),
        ("3.50", 3.5),
        ("null", None),
        ("t.status", "busy"),
        ("unheard", None),
        ("t.status == 'busy'", True),
        ("t.status != 'answered' and pin == '0042'", True),
        ("not vip or count >= 4", False),
        ("not (vip and count == 4)", True),
        ("t.status in ['busy', 'no-answer']", True),
        ("pin not in ['0042', '7']", False),
        ("not t.status in ['answered']", True),
        ("true or false and false", True),
        ("(true or false) and false", False),
        ("(1 < 2) == true", True),
        ("'it is {so}' == 'it is {so}'", True),
    ],
)
def test_expression_means_what_it_says(text, expected):
    got = value(text)
    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pin == '42'", False),  # texts letter for letter
        ("pin == 42", True),  # what is keyed is text; as a number it is this
        ("42 == pin", True),
        ("pin > 41", True),
        ("pin < '100'", True),  # by number, not by letters
        ("'3.50' == 3.5", True),
        ("'3,50' == 3.5", False),
        ("'' == 0", False),
        ("'٣' == 3", False),  # an Arabic-Indic 3 is not a key of a telephone
        ("none == null", True),
        ("none == ''", False),
        ("none == 0", False),
        ("none != 0", True),
        ("none < 1", False),
        ("none >= 1", False),
        ("null <= null", False),
        ("'busy' < 'zzz'", False),
        ("true == 1", False),
        ("true == 'true'", False),
        ("true > 0", False),
        ("vip == true", True),
        ("pin and true", False),  # only true is true
        ("not pin", True),
        ("not none", True),
    ],
)
def test_values_of_different_kinds_compare_by_rule(text, expected):
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", 0, "missing before the end"),
        ("   ", 0, "missing before the end"),
        ("pin =", 4, "equality is written =="),
        ("pin = '1'", 4, "equality is written =="),
        ("pin == ", 6, "missing before the end"),
        ("pin == == 1", 7, "missing before `==`"),
        ("1 < count < 5", 10, "two values are compared at a time"),
        ("a && b", 2, "write `and`"),
        ("a || b", 2, "no filters"),
        ("!a", 0, "write `not`"),
        ('pin == "1"', 7, "single quotes"),
        ("pin == '1", 7, "without its closing"),
        ("(pin == '1'", 0, "not closed"),
        ("(pin == '1' 2)", 12, "not closed"),
        ("pin == '1')", 10, "`)` does not belong here"),
        ("pin == '1' adn vip", 11, "did you mean `and`"),
        ("pin in '1'", 7, "after `in` stands a list"),
        ("pin in ['1'", 11, "not closed with ]"),
        ("pin in []", 8, "missing before `]`"),
        ("a.b.c", 0, "not a name"),
        ("a.", 0, "not a name"),
        ("12abc", 2, "does not belong here"),
        ("x + 1", 2, "`+` is not used"),
        ("f(1)", 1, "`(` does not belong here"),
        ("名 == 1", 0, "`名` is not used"),
        ("9" * 33, 0, "at most 32 digits"),
        ("(" * 13 + "1", 12, "nested more than"),
        ("not " * 13 + "vip", 48, "nested more than"),
        ("a" * 65, 0, "not a name"),
        ("x in [" + "1," * 64 + "1]", 135, "more than 64"),
        ("'" + "x" * MAX_LENGTH + "'", 0, "longer than 400"),
    ],
)
def test_wrong_expression_says_where_and_what(text, at, words):
    with pytest.raises(ExpressionError, match=re.escape(words)) as caught:
        parse(text)
    assert caught.value.at == at


def test_places_count_from_where_the_text_stands():
    assert [(name.name, name.at) for name in names(parse("a == 1 or (b.c in [d])", 10))] == [
        ("a", 10),
        ("b.c", 21),
        ("d", 29),
    ]


TEXTS = st.text(alphabet="ab01. '\"{}\\é中", max_size=5).map(lambda text: text.replace("'", ""))
LITERALS = st.builds(
    Literal, st.one_of(TEXTS, st.integers(-999, 999), st.booleans(), st.none(), st.just(2.5))
)
NAMES = st.builds(Name, st.sampled_from(["a", "_b", "t.status", "order_no"]))
SIGNS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
TREES = st.recursive(
    st.one_of(LITERALS, NAMES),
    lambda inner: st.one_of(
        st.builds(Compare, SIGNS, inner, inner),
        st.builds(Among, inner, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
        st.builds(Joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


def written(tree):
    """With every bracket that may be needed."""
    match tree:
        case Literal(None):
            return "null"
        case Literal(bool(truth)):
            return "true" if truth else "false"
        case Literal(str(text)):
            return f"'{text}'"
        case Literal(number):
            return str(number)
        case Name(name):
            return name
        case Compare(sign, left, right):
            return f"({written(left)} {sign} {written(right)})"
        case Among(left, choices):
            return f"({written(left)} in [{', '.join(map(written, choices))}])"
        case Not(condition):
            return f"(not {written(condition)})"
        case Joined(word, conditions):
            return "(" + f" {word} ".join(map(written, conditions)) + ")"


def bare(tree):
    """Without the places, as the strategies make it."""
    match tree:
        case Literal(kept):
            return Literal(kept)
        case Name(name):
            return Name(name)
        case Compare(sign, left, right):
            return Compare(sign, bare(left), bare(right))
        case Among(left, choices):
            return Among(bare(left), tuple(map(bare, choices)))
        case Not(condition):
            return Not(bare(condition))
        case Joined(word, conditions):
            return Joined(word, tuple(map(bare, conditions)))


@given(TREES)
def test_what_is_written_is_read_back_as_it_was(tree):
    text = written(tree)
    try:
        read = parse(text)
    except ExpressionError as error:
        assert any(words in str(error) for words in ("longer than", "nested more"))  # noqa: PT017
        return
    assert bare(read) == tree
    assert evaluate(read, KNOWN.get) == evaluate(tree, KNOWN.get)


NUMBERS = st.integers(0, 3).map(str)
COMPARISONS = st.builds(lambda a, sign, b: f"{a} {sign} {b}", NUMBERS, SIGNS, NUMBERS)
LISTED = st.builds(
    lambda a, word, more: f"'{a}' {word} ['{more}', '1']",
    NUMBERS,
    st.sampled_from(["in", "not in"]),
    NUMBERS,
)
CONDITIONS = st.recursive(
    st.one_of(COMPARISONS, LISTED, st.sampled_from(["true", "false"])),
    lambda inner: st.one_of(
        st.builds(lambda a, word, b: f"{a} {word} {b}", inner, st.sampled_from(["and", "or"]), inner),
        inner.map(lambda a: f"not {a}"),
        inner.map(lambda a: f"({a})"),
    ),
    max_leaves=10,
)


@given(CONDITIONS)
def test_precedence_and_truth_are_pythons(text):
    """Another interpreter of the same words: Python's own."""
    try:
        ours = evaluate(parse(text), KNOWN.get)
    except ExpressionError as error:
        assert "nested" in str(error) or "longer" in str(error)  # noqa: PT017
        return
    assert ours is eval(text, {"true": True, "false": False})


WORDS = st.lists(
    st.sampled_from([*KEYWORDS, "==", "<", "(", ")", "[", "]", ",", "'", "'a'", "x.y", "1", "{", ".", "中"]),
    max_size=120,
).map(" ".join)


@given(st.one_of(st.text(max_size=500), WORDS))
def test_any_text_is_read_or_refused_within_its_length(text):
    try:
        read = parse(text)
    except ExpressionError as error:
        assert 0 <= error.at <= len(text)  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
        return
    assert len(list(names(read))) <= len(text)
    evaluate(read, KNOWN.get)
