"""The whole page set (tests/native/page_set.py) as faxes over a clean line of the simulator: a file is read,
coded, trained for, confirmed and kept as any other fax, and what is kept is read by libtiff."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "native"))

import page_files
import page_set
import pytest
from PIL import Image

from ctidrv.apps.fax.document import Document, open_document
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.terminal import Terminal
from ctidrv.native.fax_machine import FaxMachine
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import Sheet, T30Config
from tests.long.fax_wire import Conditions, Wire, talk

CLEAN = Conditions(noise_dbm0=-75.0)
FAXES = page_files.faxes()
MOST_S = 1800.0


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return page_files.write(tmp_path_factory.mktemp("set"))


def sheets(document: Document, images: Sequence[Image.Image]) -> list[Sheet]:
    """As the pages were drawn: 3.86 or 7.7 rows a millimetre."""
    return [
        Sheet(image.width, "standard" if image.height / paper.height < 5 else "fine")
        for image, paper in zip(images, document.pages, strict=True)
    ]


def end(machine: FaxMachine, terminal: Terminal) -> Callable[[Pcm], Pcm]:
    def step(rx: Pcm) -> Pcm:
        tx = machine.run(rx)
        terminal.attend()
        return tx

    return step


def sent(file: Path, images: Sequence[Image.Image], *, ecm: bool) -> tuple[Terminal, Terminal]:
    """Both ends when they have hung up."""
    with open_document([file]) as document:
        caller = FaxMachine(T30Config(True, sheets=sheets(document, images), ecm=ecm))
        answerer = FaxMachine(T30Config(False, ecm=ecm))
        sends, takes = Terminal(caller, document), Terminal(answerer)
        steps = end(caller, sends), end(answerer, takes)
        talk(Wire(CLEAN, 7), *steps, lambda: caller.is_over and answerer.is_over, MOST_S)
        return sends, takes


def wrong_rows(images: Sequence[Image.Image], path: Path) -> int:
    """Rows that differ, are missing, or are too many."""
    wrong = 0
    with Image.open(path) as kept:
        for number in range(max(kept.n_frames, len(images))):
            pages = images[number : number + 1]
            if number < kept.n_frames:
                kept.seek(number)
                pages = [*pages, kept]
            rows = [page_set.packed(page) for page in pages]
            row = pages[0].width // 8
            alike = len(pages) == 2 and pages[0].width == pages[1].width
            wrong += sum(
                not alike or any(each[at : at + row] != rows[0][at : at + row] for each in rows)
                for at in range(0, max(map(len, rows)), row)
            )
    return wrong


@pytest.mark.parametrize("ecm", [True, False])
@pytest.mark.parametrize("name", FAXES)
def test_every_fax_of_the_page_set_is_kept_as_it_was_drawn_row_by_row(
    name: str, ecm: bool, files: dict[str, Path], tmp_path: Path
) -> None:
    images = FAXES[name]
    sends, takes = sent(files[name], images, ecm=ecm)
    assert (sends.outcome.error, takes.outcome.error) == (None, None)
    assert (sends.outcome.pages_tx, len(takes.kept)) == (len(images), len(images))
    write_tiff(tmp_path / "kept.tif", takes.kept)
    assert wrong_rows(images, tmp_path / "kept.tif") == 0


def test_rows_that_differ_are_missing_or_too_many_are_counted(files: dict[str, Path]) -> None:
    """The measure itself."""
    (text,), (long,) = FAXES["text"], FAXES["long"]
    black = text.copy()
    black.paste(0, (0, 100, text.width, 103))
    assert wrong_rows([black], files["text"]) == 3
    assert wrong_rows([text, text.crop((0, 0, text.width, 7))], files["text"]) == 7
    assert wrong_rows([text], files["long"]) >= long.height - text.height
    assert wrong_rows(FAXES["twelve"][:11], files["twelve"]) == FAXES["twelve"][11].height
    assert wrong_rows([text.crop((0, 0, 1720, text.height))], files["text"]) >= text.height
