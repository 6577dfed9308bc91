"""PDF files as fax pages, by PDFium: what a filled form shows, and fonts that are not in the file too."""

from __future__ import annotations

import contextlib
import ctypes
import functools
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from ctidrv.apps.fax.drawing import fonts
from ctidrv.apps.fax.drawing.source import Drawn, Sheet, called, check_pages, check_pixels, sheet
from ctidrv.apps.fax.drawing.tone import grey_areas
from ctidrv.errors import InputError

_MM_A_POINT = 25.4 / 72
_FLAGS = pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE | pdfium.FPDF_PRINTING


@functools.cache
def _with_fonts() -> None:
    """PDFium begins anew, with our fonts beside the system's: where it finds none for Chinese text whose font
    is not in the file, it leaves the text out and says nothing."""
    folders = [str(each).encode() for each in fonts.folders()]
    names = (ctypes.c_char_p * (len(folders) + 1))(*folders, None)
    paths = ctypes.cast(names, ctypes.POINTER(ctypes.POINTER(ctypes.c_char)))
    pdfium.FPDF_DestroyLibrary()
    pdfium.FPDF_InitLibraryWithConfig(pdfium.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=paths))


class PdfPages:
    """A PDF file."""

    turns = True

    def __init__(self, path: Path) -> None:
        self._path = path
        _with_fonts()
        try:
            self._pdf = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            if error.err_code == pdfium.FPDF_ERR_PASSWORD:
                raise InputError(
                    f"{called(path)}: is locked with a password: print it to a PDF without one"
                ) from None
            if error.err_code == pdfium.FPDF_ERR_SUCCESS:  # it is a PDF, and no page of it was found
                check_pages(path, 0)
            raise
        self._pdf.init_forms()
        check_pages(path, len(self._pdf))
        self.sheets: list[Sheet] = []
        for number in range(len(self._pdf)):
            width, height = self._pdf.get_page_size(number)
            where = f"{called(path)}, page {number + 1}"
            self.sheets.append(sheet(width * _MM_A_POINT, height * _MM_A_POINT, where))

    def _check_pictures(self, page: pypdfium2.PdfPage, where: str) -> None:
        """InputError: one is too large. PDFium would leave out what it has no memory for, and say nothing."""
        for picture in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE]):
            with contextlib.suppress(pypdfium2.PdfiumError):  # a damaged one is blank for every reader
                width, height = picture.get_px_size()
                check_pixels(width, height, where)

    def drawn(self, page: int, width: int, height: int) -> Drawn:
        bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_Gray)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        drawn = self._pdf.get_page(page)
        try:
            self._check_pictures(drawn, f"{called(self._path)}, page {page + 1}")
            place = (bitmap, drawn, 0, 0, width, height, 0, _FLAGS)
            pdfium.FPDF_RenderPageBitmap(*place)
            if self._pdf.formenv:
                pdfium.FPDF_FFLDraw(self._pdf.formenv, *place)
        finally:
            drawn.close()
        image = bitmap.to_pil()
        return Drawn(image, grey_areas(image))
