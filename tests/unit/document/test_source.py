import itertools
import time
from pathlib import Path

import pytest

from ctidrv.document.source import MAX_BYTES, parse, plain, read
from ctidrv.errors import InputError


def only(text):
    """The one finding of a text: (line, column, message)."""
    (finding,) = parse(text, "f").findings
    return finding.line, finding.column, finding.message


def value(text):
    source = parse(text, "f")
    assert source.findings == ()
    return plain(source.root)


def test_words_of_yaml_1_1_are_text():
    got = value("a: no\nb: yes\nc: off\nd: 13:30\ne: 012\nf: 0o17\ng: True\n")
    assert got == {"a": "no", "b": "yes", "c": "off", "d": "13:30", "e": 12, "f": 15, "g": "True"}


def test_true_false_null_numbers_and_quoted_text_keep_their_types():
    assert value("[true, false, null, ~, -3, 1.5, \"true\", '7']") == [
        True,
        False,
        None,
        None,
        -3,
        1.5,
        "true",
        "7",
    ]


def test_every_duplicate_key_is_named_with_its_line():
    found = parse("a: 1\nb: {x: 1, x: 2}\na: 3\n", "f").findings
    assert [(f.line, f.column, f.message) for f in found] == [
        (2, 11, "duplicate key `x`, first in line 2"),
        (3, 1, "duplicate key `a`, first in line 1"),
    ]


def test_key_that_is_a_number_is_asked_to_be_quoted():
    line, column, message = only("choices: {1: a}")
    assert (line, column) == (1, 11)
    assert '"1"' in message


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: &x [1]\nb: *x\n", 1, 4, "anchors and aliases"),
        ("a: 1\nb: *x\n", 2, 4, "anchors and aliases"),
        ("a: !!python/object/apply:os.system ['x']\n", 1, 4, "tags"),
        ("a: !mine b\n", 1, 4, "tags"),
        ("%YAML 1.1\n---\na: 1\n", 1, 1, "directive"),
        ("a: 1\n---\nb: 1\n", 2, 1, "second document"),
        ("a: {<<: {b: 1}}\n", 1, 5, "merge keys"),
        ("? [a]\n: 1\n", 1, 3, "one word"),
        ("a: 1\nb: [1, 2\n", 3, 1, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, 1, "not YAML"),
        ("a: 1\nb: \x01\n", 2, 4, "U+0001"),
        ("", 1, 1, "empty"),
        ("# nothing\n", 1, 1, "empty"),
    ],
)
def test_form_that_scripts_do_not_use_is_refused_with_its_place(text, line, column, words):
    got_line, got_column, message = only(text)
    assert (got_line, got_column) == (line, column)
    assert words in message


def test_billion_laughs_is_refused_at_once():
    laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    names = "abcdefghi"
    for before, name in itertools.pairwise(names):
        laughs += f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    assert "anchors" in only(laughs)[2]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 60_000, "- " * 100_000, "a: [" + "x, " * 60_000 + "]"]
)
def test_deep_or_endless_file_is_refused_quickly(text):
    begin = time.monotonic()
    assert parse(text, "f").findings
    assert time.monotonic() - begin < 20


def test_file_over_the_limit_is_refused(tmp_path):
    path = tmp_path / "long.yaml"
    path.write_text("a: " + "x" * MAX_BYTES, encoding="utf-8")
    with pytest.raises(InputError, match="256 KiB"):
        read(path)


def test_file_that_is_no_utf8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(InputError, match=r"latin\.yaml:2: not UTF-8"):
        read(path)


@pytest.mark.parametrize("path", ["missing.yaml", "."])
def test_file_that_cannot_be_opened_is_refused_by_name(tmp_path, path):
    with pytest.raises(InputError, match="cannot be read"):
        read(Path(tmp_path, path))


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert plain(read(path).root) == {"a": 1, "b": 2}
