"""PDF files of fax pages: each page a picture in MMR, as it stands in the TIFF (ISO 32000-1, 7.4.6)."""

from __future__ import annotations

from collections.abc import Iterable

from ctidrv.apps.fax.page import PageRows
from ctidrv.native import t4

_POINTS_A_MM = 72 / 25.4


def _stream(head: str, data: bytes) -> bytes:
    return f"<<{head}/Length {len(data)}>>\nstream\n".encode("ascii") + data + b"\nendstream"


def _page(page: PageRows, number: int) -> list[bytes]:
    """Its three objects; `number` is the first one's."""
    width, height = (f"{side * _POINTS_A_MM:.2f}" for side in page.size_mm)
    coded = t4.Encoder("mmr", page.width, msb_first=True).page(page.rows)
    size = f"/Columns {page.width}/Rows {page.count}"
    return [
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents {number + 1} 0 R"
        f"/Resources<</XObject<</P {number + 2} 0 R>>>>>>".encode("ascii"),
        _stream("", f"{width} 0 0 {height} 0 0 cm /P Do".encode("ascii")),
        _stream(
            f"/Type/XObject/Subtype/Image/Width {page.width}/Height {page.count}/ColorSpace/DeviceGray"
            f"/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1{size}>>",
            coded,
        ),
    ]


def pdf(pages: Iterable[PageRows]) -> bytes:
    """The file. The same pages give the same bytes; one at a time is held as rows."""
    bodies = [_page(page, 3 + 3 * at) for at, page in enumerate(pages)]
    kids = " ".join(f"{3 + 3 * at} 0 R" for at in range(len(bodies)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(bodies)}>>".encode("ascii"),
        *(each for body in bodies for each in body),
    ]
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode("ascii") + body + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out += (
        f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode("ascii")
    return bytes(out)
