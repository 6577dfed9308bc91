"""Pages, as this recording holds them: the receiver may have heard better or worse."""

from __future__ import annotations

from dataclasses import dataclass, field

from ctidrv.apps.fax.analysis.blocks import Block
from ctidrv.apps.fax.analysis.carriers import Carrier
from ctidrv.apps.fax.analysis.coding import decoded
from ctidrv.apps.fax.analysis.facsimile import Frame, Session
from ctidrv.apps.fax.analysis.procedure import Call, Message
from ctidrv.native import t4

_STANDARD = (204.0, 98.0)
_A4 = 1728
_ANSWERS = ("MCF", "RTP", "RTN", "PIP", "PIN", "ERR")
_COMMANDS = ("MPS", "EOM", "EOP", "EOS", "PRI-MPS", "PRI-EOM", "PRI-EOP")


@dataclass(slots=True)
class Page:
    """A page. `decoded`: None where nothing of it could be read, or its coding is none of T.4's."""

    number: int
    carriers: list[Carrier]
    session: Session | None
    coding: str | None
    width: int
    dots: tuple[float, float]
    blocks: list[Block] = field(default_factory=list)
    command: str | None = None
    """How its sender ended it: MPS, EOM, EOP …"""
    answer: str | None = None
    """What its receiver said of it: MCF, RTP, RTN …; None: nothing that was heard."""
    decoded: t4.Page | None = None

    @property
    def begin(self) -> int:
        return self.carriers[0].begin

    @property
    def end(self) -> int:
        return self.carriers[-1].end

    @property
    def missing(self) -> int:
        """Frames that the recording does not have whole."""
        return sum(len(block.missing) for block in self.blocks)


def pages_of(call: Call) -> list[Page]:
    """Every page that was sent; one that was sent again is another page."""
    maker = _Maker(call)
    events: list[tuple[int, Message | Carrier]] = [(message.at, message) for message in call.messages]
    events += [(carrier.begin, carrier) for carrier in call.carriers if carrier.role != "check"]
    for _, event in sorted(events, key=lambda pair: pair[0]):
        if isinstance(event, Carrier):
            maker.carrier(event)
        elif event.frame is not None:
            maker.message(event.frame)
    maker.finish()
    return maker.pages


class _Maker:
    """Goes along the call. A page without error correction is one carrier; with it, blocks until the one
    whose PPS or EOR says how the page ends; a block is over when it is answered, or another one begins."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.pages: list[Page] = []
        self._page: Page | None = None
        self._block: Block | None = None
        self._is_asked_again = False

    def carrier(self, carrier: Carrier) -> None:
        page = self._page
        if page is not None and (carrier.role == "page" or not page.blocks or self._is_over(page)):
            self.finish()
        page = self._page = self._page or self._new(carrier.begin)
        page.carriers.append(carrier)
        if carrier.role == "page":
            return
        if self._block is None or not self._is_asked_again:
            self._block = Block()
            page.blocks.append(self._block)
        self._block.take(carrier)
        self._is_asked_again = False

    def _is_over(self, page: Page) -> bool:
        """Whether it was ended, and nothing of it is asked for."""
        return page.command is not None and not self._is_asked_again

    def message(self, frame: Frame) -> None:
        page = self._page
        if page is None:
            return
        name, command = frame.heard.name, frame.heard.post or frame.heard.name
        if name == "PPS" and self._block is not None:
            self._block.announced(frame.heard)
            page = self._joined(page, self._block)
        if command in _COMMANDS:
            page.command = command
        elif name == "PPR" and self._block is not None:
            self._block.requests.append(frame.heard.again)
            self._is_asked_again = True
        elif name == "CTR":
            self._is_asked_again = True
        elif name in _ANSWERS:
            self._block, self._is_asked_again = None, False
            if page.command is not None:
                page.answer = name
                self.finish()

    def _joined(self, page: Page, block: Block) -> Page:
        """Where only one end is heard, PPS tells whether a carrier brought another page or the last block
        again."""
        before = self.pages[-1] if self.pages else None
        last = before.blocks[-1] if before is not None and before.blocks else None
        if before is None or last is None or before.answer is not None or page.blocks != [block]:
            return page
        if (last.page, last.number) != (block.page, block.number):
            return page
        last.join(block)
        before.carriers += page.carriers
        self.pages.pop()
        self._page, self._block = before, last
        return before

    def _new(self, at: int) -> Page:
        session = self._call.session_at(at)
        width, dots = (session.width, session.dots) if session else (_A4, _STANDARD)
        return Page(len(self.pages) + 1, [], session, session.coding if session else None, width, dots)

    def finish(self) -> None:
        """No more comes for the page that is open."""
        if self._page is not None:
            _decode(self._page)
            self.pages.append(self._page)
        self._page = self._block = None
        self._is_asked_again = False


def _decode(page: Page) -> None:
    if page.blocks:
        octets, gap = _octets(page)
    else:
        octets, gap = b"".join(c.reading.octets for c in page.carriers if c.reading), None
    found = decoded(octets, page.coding, page.width, strict=not page.blocks, first_gap=gap)
    if found is not None:
        page.coding, page.decoded = found


def _octets(page: Page) -> tuple[bytes, int | None]:
    parts: list[bytes] = []
    first = None
    frame_octets = page.session.frame_octets if page.session else 256
    for block in page.blocks:
        octets, gap = block.octets(frame_octets)
        if gap is not None and first is None:
            first = sum(map(len, parts)) + gap
        parts.append(octets)
    return b"".join(parts), first
