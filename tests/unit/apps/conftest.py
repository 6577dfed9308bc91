"""A repository in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ctidrv.apps.records import Customer


class MemoryRepository:
    """Rows by kind, in the order they were put; `log` also says what was awaited."""

    def __init__(self) -> None:
        self.log: list[Any] = []
        self.uncommitted: list[Any] = []

    def _put(self, row: Any) -> None:
        self.log.append(row)
        self.uncommitted.append(row)

    put_call = put_leg = put_event = put_recording = put_message = _put

    async def committed(self) -> None:
        self.uncommitted.clear()

    def customers_by_number(self, e164: str) -> Sequence[Customer]:
        return ()


@pytest.fixture
def repository() -> MemoryRepository:
    return MemoryRepository()
