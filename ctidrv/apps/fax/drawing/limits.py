"""What a document may cost. Documents come from customers and from the network."""

from __future__ import annotations

import contextlib

FILE_BYTES = 256 << 20
PAGES = 999
PIXELS = 80_000_000
"""Of a picture: A3 at 600 dots an inch has 70 million."""
LONGEST_MM = 5000.0
TEXT_BYTES = 2 << 20
SECONDS = 60
"""For each page, and for looking at the files at the beginning."""
MEMORY_BYTES = 1 << 30
_CPU_SECONDS = 1800
"""Of a whole document: nobody may be there any more to stop it."""


def bind_this_process() -> None:
    """Memory and processor time, no core file and nothing written. Where the system has no such limits
    (Windows), those on pixels, pages and seconds are what bounds it."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
