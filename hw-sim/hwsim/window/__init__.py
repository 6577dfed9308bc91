"""Windows of the simulator's commands (PySide6): a telephone, and the picture of a kept case."""
