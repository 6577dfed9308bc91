"""Fax pages coded and decoded: rows a second and bytes a page, beside libtiff through Pillow.

    python tests/bench/bench_t4.py [--repeat N]

The pages are those of the tests (tests/native/page_set.py). Of each the quickest of N (default 5) counts.
libtiff's times hold what Pillow does for a TIFF file in memory (most of the writing), ours the rows' way
through Python. Line seconds: at 14,400 bit/s, K 4, in MH and MR 20 ms a row at the least. Prints a table.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from ctidrv.native import t4

sys.path.append(str(Path(__file__).parents[1] / "native"))

import page_set
from test_t4_libtiff import COMPRESSION, PHOTOMETRIC, T4_OPTIONS, written_by_libtiff

RATE, ROW_SECONDS = 14_400, 0.020


def quickest(work: Callable[[], Any], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def tiff(image: Image.Image, coding: str) -> bytes:
    compression, options = COMPRESSION[coding]
    tags = {PHOTOMETRIC: 0} | ({} if options is None else {T4_OPTIONS: options})
    file = io.BytesIO()
    image.save(file, "TIFF", compression=compression, tiffinfo=tags, strip_size=1 << 30)
    return file.getvalue()


def read(file: bytes) -> None:
    with Image.open(io.BytesIO(file)) as image:
        image.load()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    print(f"{'':18}{'bytes':>9} {'libtiff':>9} {'line s':>7}  thousand rows a second: ours, libtiff")
    print(f"{'':47}{'coded':>14}{'decoded':>16}")
    for name in page_set.PAGES:
        image = page_set.page(name)
        rows, height = page_set.packed(image), image.height
        for coding in t4.CODINGS:
            encoder = t4.Encoder(coding, image.width, msb_first=True)
            decoder = t4.Decoder(coding, image.width, msb_first=True)
            coded, theirs = encoder.page(rows), tiff(image, coding)
            fill = 0 if coding == "mmr" else int(RATE * ROW_SECONDS)
            sent = t4.Encoder(coding, image.width, k=4, min_row_bits=fill).page(rows)
            speeds = [
                height / quickest(work, repeat) / 1000
                for work in (
                    lambda encoder=encoder, rows=rows: encoder.page(rows),
                    lambda image=image, coding=coding: tiff(image, coding),
                    lambda decoder=decoder, coded=coded: decoder.page(coded),
                    lambda theirs=theirs: read(theirs),
                )
            ]
            print(
                f"{name:13}{coding:5}{len(coded):9} {len(written_by_libtiff(image, coding)):9}"
                f" {len(sent) * 8 / RATE:7.1f}" + "".join(f"{speed:8.0f}" for speed in speeds)
            )


if __name__ == "__main__":
    main()
