"""Whatever a file holds, it is refused or accepted: never a crash, never a hang (demand 27)."""

import random
import time

import pytest

from ctidrv.apps.ivr import check, shipped_script
from ctidrv.apps.ivr.shape import understand
from ctidrv.document.source import parse
from ctidrv.errors import InputError

SCRIPT = (
    shipped_script("hotline.ivr.yaml").read_text(encoding="utf-8")
    + """\
  decided:
    - set: {tries: 3, who: "{caller.name}", vip: "{caller.number in ['1', '2']}"}
    - if:
        cond: vip and not (tries == 0 or who == null)
        then: [{play: goodbye}, {if: {cond: "choice != '1'", then: {goto: end}, else: {goto: main-menu}}}]
        else:
          - play: still-there
"""
)
WORDS = [
    "menu",
    "goto: main-menu",
    "{",
    "}",
    "[",
    "]",
    ":",
    "- ",
    "&a",
    "*a",
    "!!int",
    "'",
    '"',
    "#",
    "\t",
    "|",
    ">",
]
WORDS += [
    "null",
    "true",
    "1e999",
    "-",
    "?",
    "%",
    "@",
    "`",
    "on_invalid: {say: x}",
    "if: {cond: a, then: b}",
    "set: {a: '{b}'}",
    "== null",
    "not (",
    "\n",
    "\r",
    "\u2028",
    "\ufeff",
    "9" * 40,
]


def mutated(chance: random.Random, text: str) -> str:
    for _ in range(chance.randint(1, 6)):
        at, size = chance.randrange(len(text) + 1), chance.randint(1, 20)
        lines = text.split("\n")
        match chance.randrange(6):
            case 0:
                text = text[:at] + text[at + size :]
            case 1:
                text = text[:at] + chance.choice(WORDS) + text[at:]
            case 2:
                text = (
                    text[:at] + chr(chance.choice((0, 7, 27, 0x85, 0xA0, 0xE9, 0x4E00, 0x1F600))) + text[at:]
                )
            case 3:
                chance.shuffle(lines)
                text = "\n".join(lines)
            case 4:
                line = chance.randrange(len(lines))
                lines.insert(line, " " * chance.randint(0, 8) + lines[line].strip())
                text = "\n".join(lines)
            case 5:
                words = text.split(" ")
                text = text.replace(chance.choice(words) or " ", chance.choice(words), 1)
    return text


def test_two_thousand_mutated_scripts_are_refused_or_accepted():
    chance = random.Random(20270308)
    refused = 0
    begin = time.monotonic()
    for _ in range(2000):
        draft = understand(parse(mutated(chance, SCRIPT), "f"))
        refused += bool(draft.findings)
        assert draft.findings or draft.whole
    assert 1000 < refused < 2000  # most are broken, some mutations fall into comments
    assert time.monotonic() - begin < 100


@pytest.mark.parametrize("seed", range(60))
def test_mutated_script_with_its_prompts_is_checked_to_the_end(bench, seed):
    path = bench.write("")
    path.write_text(mutated(random.Random(seed), SCRIPT), encoding="utf-8", errors="replace", newline="")
    for finding in check(path):
        assert finding.line >= 1
        assert finding.column >= 1
        assert "\n" not in str(finding)


def test_random_bytes_are_refused(bench):
    chance = random.Random(7)
    for size in range(1, 400, 3):
        path = bench.folder / "noise.ivr.yaml"
        path.write_bytes(chance.randbytes(size))
        assert refusal(path)


def refusal(path):
    """What is said of a file, in single lines."""
    try:
        said = [str(finding) for finding in check(path)]
    except InputError as error:
        said = [str(error)]
    return said and not any("\n" in line for line in said)
