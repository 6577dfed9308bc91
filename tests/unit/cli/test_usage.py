"""Wrong usage of a command: what is said, and whose help is named."""

from __future__ import annotations

import pytest

from ctidrv.cli import main


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("doctor", "x"), "ctidrv doctor: unrecognized arguments: x; see 'ctidrv doctor --help'"),
        (
            ("fax", "queue", "a.txt", "b.txt"),
            "ctidrv fax queue: unrecognized arguments: b.txt; see 'ctidrv fax queue --help'",
        ),
        (
            ("fax", "show", "fax-1", "extra", "--frob"),
            "ctidrv fax show: unrecognized arguments: extra --frob; see 'ctidrv fax show --help'",
        ),
        (("--frob", "doctor"), "ctidrv: unrecognized arguments: --frob; see 'ctidrv --help'"),
    ],
    ids=["command", "of a group", "several", "of ctidrv itself"],
)
def test_an_argument_too_many_names_the_help_of_its_command(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err == words + "\n"
