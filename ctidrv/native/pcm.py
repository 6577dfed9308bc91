"""`Pcm`: an immutable piece of mono audio, 16-bit samples at 8,000 Hz, in memory the core can read."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from typing import Any, overload

from ctidrv.native import ffi, lib


class Pcm:
    """Samples in one C buffer. `ptr` is an ``int16_t *`` that lives as long as the Pcm."""

    __slots__ = ("_data", "ptr")

    def __init__(self, samples: Iterable[int] = ()) -> None:
        self._take(array("h", samples))

    def _take(self, data: array[int]) -> None:
        self._data = data
        self.ptr: Any = ffi.cast("int16_t *", ffi.from_buffer(data)) if data else ffi.NULL

    @classmethod
    def _of(cls, data: array[int]) -> Pcm:
        made = cls.__new__(cls)
        made._take(data)
        return made

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Pcm:
        """From little-endian 16-bit samples."""
        samples = array("h")
        samples.frombytes(bytes(data))
        if sys.byteorder == "big":
            samples.byteswap()
        return cls._of(samples)

    @classmethod
    def silence(cls, samples: int) -> Pcm:
        return cls._of(array("h", bytes(2 * samples)))

    @property
    def bytes(self) -> bytes:
        """Little-endian 16-bit samples."""
        if sys.byteorder == "big":
            swapped = array("h", self._data)
            swapped.byteswap()
            return swapped.tobytes()
        return self._data.tobytes()

    def peak(self) -> int:
        """The largest absolute sample, 0…32768."""
        return int(lib.cti_peak_of(self.ptr, len(self)))

    def __len__(self) -> int:
        return len(self._data)

    def __add__(self, other: Pcm) -> Pcm:
        return Pcm._of(self._data + other._data)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Pcm: ...
    def __getitem__(self, index: int | slice) -> int | Pcm:
        if isinstance(index, slice):
            return Pcm._of(self._data[index])
        return self._data[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pcm) and self._data == other._data

    def __hash__(self) -> int:
        return hash(self._data.tobytes())

    def __repr__(self) -> str:
        return f"Pcm({len(self)} samples)"
