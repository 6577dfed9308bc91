"""The page set stands with the tests of its coding, and what makes files of it here."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parents[3] / "native"), str(Path(__file__).parent)]

import fax_pages

from ctidrv.apps.fax.document import Worker


@pytest.fixture(scope="session", autouse=True)
def worker() -> Iterator[Worker]:
    """For documents that do it no harm, one after another."""
    yield fax_pages.usual()
    fax_pages.usual().close()
    fax_pages.usual.cache_clear()
