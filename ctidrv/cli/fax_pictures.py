"""The files of ``ctidrv fax analyse --to DIR``: pages, carriers, and the call on one time axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ctidrv.apps.fax.analysis.carriers import Carrier
from ctidrv.apps.fax.analysis.findings import findings_of
from ctidrv.apps.fax.analysis.heard import Heard
from ctidrv.apps.fax.analysis.saying import Saying
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.errors import StoreError, UsageError
from ctidrv.native.fax_modem import constellation
from ctidrv.native.pcm import Pcm
from ctidrv.picture import fax_call, fax_points
from ctidrv.picture.fax_page import page_png
from ctidrv.picture.parties import Mark, words
from ctidrv.picture.png import write_picture
from ctidrv.units import RATE

Line = dict[str, Any]


class Pictures:
    """Of one recording, into one folder."""

    def __init__(self, heard: Heard, saying: Saying, name: str, folder: Path) -> None:
        self._heard, self._saying, self._name, self._folder = heard, saying, name, folder

    def write(self, channels: Sequence[Pcm]) -> Iterator[Line]:
        """A line for each file. StoreError where one cannot be written."""
        yield from self._pages()
        yield from self._document()
        yield from self._carriers()
        yield self._drawn("call", self._call(channels))

    def _pages(self) -> Iterator[Line]:
        for page in self._heard.pages:
            if page.decoded is not None and page.decoded.damage:
                path = self._folder / f"page-{page.number:02}.png"
                decoded = page.decoded
                data = page_png(decoded.rows, decoded.damage, page.width, page.dots)
                try:
                    path.write_bytes(data)
                except OSError as error:
                    raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error
                yield {**_line("page", path), "page": page.number}

    def _document(self) -> Iterator[Line]:
        """All pages as a fax file, damaged rows as they were concealed."""
        pages = [
            PageRows(page.decoded.rows, page.width, round(page.dots[0]), round(page.dots[1]))
            for page in self._heard.pages
            if page.decoded is not None and page.decoded.damage
        ]
        if pages:
            path = self._folder / "pages.tiff"
            write_tiff(path, pages)
            yield _line("document", path)

    def _carriers(self) -> Iterator[Line]:
        """Of each end and way the carriers together."""
        groups: dict[tuple[str, str, int], list[Carrier]] = {}
        for carrier in self._heard.call.carriers:
            if carrier.reading is not None and carrier.reading.points:
                way = carrier.reading.way
                groups.setdefault((carrier.side or "end", way.modem, way.bit_rate), []).append(carrier)
        for (side, modem, bit_rate), carriers in groups.items():
            yield self._drawn(f"points-{side}-{modem}-{bit_rate}", self._points(carriers))

    def _points(self, carriers: Sequence[Carrier]) -> str:
        readings = [carrier.reading for carrier in carriers if carrier.reading is not None]
        way, saying = readings[0].way, self._saying
        title = f"{saying.side(carriers[0].side)}, {saying.modem(way.modem)} {way.bit_rate} bit/s"
        notes = []
        for carrier, reading in zip(carriers, readings, strict=True):
            if (quality := reading.quality) is not None:
                said = saying["quality"].format(
                    level=quality.level,
                    snr=quality.snr,
                    evm=quality.evm,
                    carrier_hz=quality.carrier_hz,
                    clock_ppm=quality.clock_ppm,
                )
                notes.append(f"{carrier.begin / RATE:.2f} s  {saying.role(carrier.role)}: {said}")
        if len(notes) > _MOST_NOTES:
            notes = [*notes[:_MOST_NOTES], "…"]
        points = [point for reading in readings for point in reading.points]
        eye = [part for reading in readings for part in reading.eye if part]
        drawn = fax_points.Carrier(
            title, notes, points, constellation(way.modem, way.bit_rate), eye[:: 1 + len(eye) // _MOST_EYE]
        )
        return fax_points.draw_points(drawn, (saying["constellation"], saying["eye I"], saying["eye Q"]))

    def _call(self, channels: Sequence[Pcm]) -> str:
        saying, heard = self._saying, self._heard
        names = ("line",) if len(channels) == 1 else ("sent", "came")
        sounds = [(saying[name], sound) for name, sound in zip(names, channels, strict=True)]
        tracks = [
            fax_call.Track(side, saying[side], list(self._marks(side))) for side in ("caller", "called")
        ]
        others = list(self._marks(None))
        if others:
            tracks.append(fax_call.Track("other", saying["exchange"], others))
        found = [
            Mark(begin=max(0, finding.at), text=words(saying.finding(finding)))
            for finding in findings_of(heard)
        ]
        tracks.append(fax_call.Track("findings", saying["findings"], found))
        return fax_call.draw_fax(
            self._name, f"{heard.call.length / RATE:.2f} s", sounds, tracks, saying["more"]
        )

    def _marks(self, side: str | None) -> Iterator[Mark]:
        """Signals of an end; of neither: what could not be told, and the exchange's tones."""
        carriers = {carrier.begin: carrier for carrier in self._heard.call.carriers}
        for signal in self._heard.signals:
            if signal.side == side:
                text = signal.name.upper() if signal.kind == "tone" else signal.name
                if signal.kind == "fast":
                    text = self._fast(carriers[signal.begin])
                yield Mark(begin=signal.begin, end=max(signal.begin, signal.end), text=words(text))
        if side is None:
            for tone in self._heard.tones:
                if tone.side is None:
                    yield Mark(begin=max(0, tone.begin), end=max(0, tone.begin, tone.end), text=tone.name)

    def _fast(self, carrier: Carrier) -> str:
        role = self._saying.role(carrier.role)
        if carrier.reading is None:
            return f"{role} ?"
        quality = carrier.reading.quality
        snr = f", {quality.snr:.0f} dB" if quality else ""
        return f"{role} {self._saying.modem(carrier.reading.way.modem)} {carrier.reading.way.bit_rate}{snr}"

    def _drawn(self, name: str, svg: str) -> Line:
        """As PNG; as SVG where Qt is not installed."""
        path = self._folder / f"{name}.png"
        try:
            write_picture(svg, path)
        except UsageError:
            path = path.with_suffix(".svg")
            write_picture(svg, path)
        return _line(name.partition("-")[0], path)


_MOST_NOTES, _MOST_EYE = 6, 16


def _line(what: str, path: Path) -> Line:
    return {"type": "file", "what": what, "file": str(path.absolute())}
