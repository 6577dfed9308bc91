"""The one door to the compiled core: ``ffi``, ``lib`` and what every wrapper needs.

Nothing outside this package imports the compiled module (a test says so). The wrappers beside this
file turn handles, codes and buffers into Python values; the floors above use those.
"""

from __future__ import annotations

from typing import Any

from ctidrv.errors import NativeError
from ctidrv.native import _cti

ffi: Any = _cti.ffi
lib: Any = _cti.lib


def error_text(code: int) -> str:
    """The core's words for one of its negative results."""
    return str(ffi.string(lib.cti_error_text(code)).decode())


def check(result: int, what: str) -> int:
    """`result` when it is 0 or a count; a negative one raises NativeError naming `what`."""
    if result < 0:
        raise NativeError(result, error_text(result), what)
    return result


_uncleared = ffi.new_allocator(should_clear_after_alloc=False)


def state(kind: str, size: int) -> Any:
    """Memory for one of the core's objects, as a ``kind *``; zeroed, aligned, freed with the value."""
    return _aligned(kind, ffi.new("char[]", size + 64))


def uncleared(kind: str, size: int) -> Any:
    """As `state`, not zeroed: of a large object what is not used costs no memory."""
    return _aligned(kind, _uncleared("char[]", size + 64))


def _aligned(kind: str, memory: Any) -> Any:
    start = int(ffi.cast("uintptr_t", memory))
    pointer = ffi.cast(f"{kind} *", start + (-start) % 64)
    return ffi.gc(pointer, lambda _, keep=memory: None)
