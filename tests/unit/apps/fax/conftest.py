"""The page set stands with the tests of its coding."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3] / "native"))
