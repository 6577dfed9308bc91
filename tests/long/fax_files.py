"""Damaged files that are to be faxed:

    python tests/long/fax_files.py [--files 20000] [--seed N] [--out FILE] [--keep FOLDER]

Small TIFFs (MH, MR, MMR, LZW, JPEG, not packed; one page and several), PDFs (plain, packed, with pictures
and a form), PNGs, JPEGs and texts, each damaged at random: bits turned, bytes and numbers set to their ends,
pieces cut, doubled and taken from another file, the end missing. Each is opened by a worker as a fax is, and
its first two pages are drawn.

What may become of a file: it is drawn, or it is refused with an error of one line that names it. A worker
that dies of a file or takes longer than 20 s for it is an error of that file too; both are counted by what
ended it, and the file is kept where `--keep` says. A finding, and exit 1, is everything else: another error,
one of more lines or without the file's name, a worker that had more memory than it may, or a good file that
is no longer drawn the same after the others. A quarter of an hour.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import figures
from PIL import Image, ImageDraw

from ctidrv.apps.fax.document import Document, Worker
from ctidrv.apps.fax.drawing import limits
from ctidrv.apps.fax.keep import pdf, tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.errors import InputError

WIDTH, ROWS = 1728, 200
SECONDS = 20
FRESH_EVERY = 500
"""Files to a worker: a fax has one of its own, but a run with one for each would take a night."""
_ENDS = (0, 1, 0x7F, 0x80, 0xFF)
_NUMBERS = ("0", "-1", "1", "65536", "99999999", "2147483647", "-2147483648", "4294967296", "0.00001", "1e30")


def _page() -> Image.Image:
    image = Image.new("1", (WIDTH, ROWS), 255)
    draw = ImageDraw.Draw(image)
    for top in range(10, ROWS - 30, 30):
        draw.text((40 + top, top), f"order {top} " * 9, fill=0)
    return image


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def _own_pdf(packed: bool) -> bytes:
    """Text, a form field, a picture in a form of its own and a shading."""
    content = (
        b"BT /H 20 Tf 50 700 Td (Dear Sirs) Tj ET 0.5 g 50 500 100 100 re f 1 w 50 400 m 300 420 l S "
        b"q 100 0 0 100 300 500 cm /X Do Q /S sh"
    )
    data = zlib.compress(content) if packed else content
    coding = b"/Filter/FlateDecode" if packed else b""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[8 0 R]/DA(/H 0 Tf 0 g)>>>>",
        b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[8 0 R]/Resources<<"
        b"/Font<</H 5 0 R>>/XObject<</X 6 0 R>>/Shading<</S 9 0 R>>>>>>",
        b"<<%b/Length %d>>\nstream\n%b\nendstream" % (coding, len(data), data),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</I 7 0 R>>>>/Length 5>>\n"
        b"stream\n/I Do\nendstream",
        b"<</Type/XObject/Subtype/Image/Width 16/Height 4/BitsPerComponent 8/ColorSpace/DeviceGray"
        b"/Filter/ASCIIHexDecode/Length 129>>\nstream\n" + b"00408090" * 16 + b">\nendstream",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/V(Hill)/Rect[50 300 200 330]/F 4/DA(/H 12 Tf 0 g)>>",
        b"<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 200 0]/Function<</FunctionType 2"
        b"/Domain[0 1]/C0[0]/C1[1]/N 1>>>>",
    ]
    out, places = b"%PDF-1.5\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(out))
    )


def good_files() -> dict[str, bytes]:
    """By name; all can be faxed."""
    page = _page()
    grey = page.convert("L").resize((432, 100), Image.Resampling.BOX)
    rows = PageRows(page.tobytes("raw", "1;I"), WIDTH, 204, 98)
    more = {"save_all": True, "append_images": [page, page]}
    return {
        "own.tif": tiff([rows] * 3),
        "mmr.tif": _saved(page, "TIFF", compression="group4", **more),
        "mh.tif": _saved(page, "TIFF", compression="group3", tiffinfo={292: 0}),
        "mr.tif": _saved(page, "TIFF", compression="group3", tiffinfo={292: 1}),
        "lzw.tif": _saved(grey, "TIFF", compression="tiff_lzw"),
        "jpeg.tif": _saved(grey.convert("RGB"), "TIFF", compression="jpeg"),
        "plain.tif": _saved(grey.convert("RGB"), "TIFF"),
        "own.pdf": pdf([rows] * 2),
        "plain.pdf": _own_pdf(False),
        "packed.pdf": _own_pdf(True),
        "picture.pdf": _saved(grey, "PDF"),
        "grey.png": _saved(grey, "PNG"),
        "clear.png": _saved(grey.convert("LA"), "PNG"),
        "photo.jpg": _saved(grey, "JPEG"),
        "letter.txt": "敬启者：\n\tOrder 12.50\n".encode() * 20,
    }


WEIGHTS = {"tif": 4, "pdf": 7, "png": 2, "jpg": 2, "txt": 1}


def _turned(data: bytearray, dice: random.Random, others: list[bytes]) -> None:
    for _ in range(dice.choice((1, 1, 2, 8, 40))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _set(data: bytearray, dice: random.Random, others: list[bytes]) -> None:
    """Near the beginning, where lengths and counts stand, as often as anywhere."""
    at = dice.randrange(min(len(data), dice.choice((64, 400, 1 << 30))))
    data[at : at + dice.choice((1, 2, 4))] = bytes(dice.choices(_ENDS, k=dice.choice((1, 2, 4))))


def _numbered(data: bytearray, dice: random.Random, others: list[bytes]) -> None:
    found = list(re.finditer(rb"\d+", bytes(data[:100_000])))
    if found:
        one = dice.choice(found)
        data[one.start() : one.end()] = dice.choice(_NUMBERS).encode()


def _cut(data: bytearray, dice: random.Random, others: list[bytes]) -> None:
    at = dice.randrange(len(data))
    del data[at : at + dice.choice((1, 4, 100, 1 << 30))]


def _doubled(data: bytearray, dice: random.Random, others: list[bytes]) -> None:
    at, to = dice.randrange(len(data)), dice.randrange(len(data))
    data[to:to] = data[at : at + dice.choice((1, 12, 200, 3000))] * dice.choice((1, 1, 50))


def _mixed(data: bytearray, dice: random.Random, others: list[bytes]) -> None:
    other = dice.choice(others)
    at, to = dice.randrange(len(other)), dice.randrange(len(data))
    piece = other[at : at + dice.choice((4, 60, 2000))]
    data[to : to + len(piece)] = piece


_WAYS = (_turned, _set, _set, _numbered, _cut, _doubled, _mixed)


def damaged(data: bytes, dice: random.Random, others: list[bytes]) -> bytes:
    """One to three kinds of damage."""
    made = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 3))):
        if made:
            dice.choice(_WAYS)(made, dice, others)
    return bytes(made)


class Run:
    """Workers, one after another, and what became of the files."""

    def __init__(self, folder: Path, keep: Path | None) -> None:
        self._folder, self._keep = folder, keep
        self._worker = Worker(SECONDS)
        self._files = 0
        self.outcomes: Counter[str] = Counter()
        self.kept: list[str] = []
        self.findings: list[str] = []
        self.memory_mib = 0

    def _memory(self) -> int:
        """The most address space that the worker had, in MiB; 0 where the system does not say."""
        status = Path(f"/proc/{self._worker.pid}/status")
        text = status.read_text(encoding="ascii") if status.exists() else ""
        peak = re.search(r"^VmPeak:\s+(\d+)", text, re.MULTILINE)
        return int(peak[1]) >> 10 if peak else 0

    def _fresh(self) -> None:
        self._worker.close()
        self._worker = Worker(SECONDS)
        self._files = 0

    def draw(self, name: str, data: bytes) -> list[PageRows] | None:
        """The first two pages; None: refused."""
        path = self._folder / name
        path.write_bytes(data)
        self._files += 1
        try:
            document = Document([path], self._worker)
            pages = [document.rows(page, WIDTH, 204, 98) for page in range(min(2, len(document.pages)))]
        except InputError as error:
            self._refused(name, data, str(error))
            return None
        except Exception as error:
            self._finding(name, data, f"{type(error).__name__}: {error}")
            self._fresh()
            return None
        finally:
            self.memory_mib = max(self.memory_mib, self._memory())
        self.outcomes["drawn"] += 1
        if self._files >= FRESH_EVERY:
            self._fresh()
        return pages

    def _refused(self, name: str, data: bytes, said: str) -> None:
        if name not in said or "\n" in said or len(said) > 500:
            self._finding(name, data, f"says {said!r}")
        ended = self._worker.ended
        if ended is None:
            self.outcomes["refused"] += 1
            return
        if ended > 0:
            self._finding(name, data, f"a fault of the worker: {ended}")
        self.outcomes["late" if "within" in said else f"died by {-ended}"] += 1
        self._keep_file(name, data)
        self._fresh()

    def _finding(self, name: str, data: bytes, said: str) -> None:
        self.findings.append(f"{self._keep_file(name, data)}: {said}")

    def _keep_file(self, name: str, data: bytes) -> str:
        kept = f"{len(self.kept)}-{name}"
        self.kept.append(kept)
        if self._keep is not None:
            self._keep.mkdir(parents=True, exist_ok=True)
            (self._keep / kept).write_bytes(data)
        return kept

    def close(self) -> None:
        """Ends the worker."""
        self._worker.close()


def play(files: int, seed: int, keep: Path | None = None) -> dict[str, Any]:
    """The figures of a run."""
    dice, good = random.Random(seed), good_files()
    names = list(good)
    weights = [WEIGHTS[name[-3:]] for name in names]
    others = list(good.values())
    begun = time.monotonic()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder), keep)
        wanted = {name: run.draw(name, data) for name, data in good.items()}
        run.findings += [f"{name}: good, and not drawn" for name, pages in wanted.items() if not pages]
        for name in dice.choices(names, weights, k=files):
            at = time.monotonic()
            run.draw(name, damaged(good[name], dice, others))
            slowest = max(slowest, time.monotonic() - at)
        for name, data in good.items():
            if run.draw(name, data) != wanted[name]:
                run.findings.append(f"{name}: good, and drawn otherwise after the others")
        run.close()
    if run.memory_mib > limits.MEMORY_BYTES >> 20:
        run.findings.append(f"a worker had {run.memory_mib} MiB")
    return {
        "run": "fax_files",
        "seed": seed,
        "files": files,
        "commit": figures.commit(),
        "wall_s": round(time.monotonic() - begun, 1),
        "slowest_s": round(slowest, 1),
        "memory_mib": run.memory_mib,
        "outcomes": dict(sorted(run.outcomes.items())),
        "kept": run.kept,
        "findings": run.findings,
    }


def main() -> int:
    """1 where there are findings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where files go that ended a worker")
    options = parser.parse_args()
    told = play(options.files, options.seed, options.keep)
    for finding in told["findings"]:
        print(f"FINDING {finding}", flush=True)
    figures.write(told, options.out, without=("findings", "kept"))
    return 1 if told["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
