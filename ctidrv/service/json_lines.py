"""An answer that goes on: JSON lines, for as long as the client takes them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ctidrv.service.door import Row


class JsonLines(StreamingResponse):
    """`when_gone` is called however it ends."""

    media_type = "application/x-ndjson"

    def __init__(self, rows: AsyncIterator[Row], when_gone: Callable[[], None]) -> None:
        super().__init__(json.dumps(row, ensure_ascii=False, default=str) + "\n" async for row in rows)
        self._when_gone = when_gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._when_gone()
