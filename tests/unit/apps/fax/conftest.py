"""The page set stands with the tests of its coding, and what makes files of it here."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parents[3] / "native"), str(Path(__file__).parent)]
