"""ctidrv: a board-level CTI driver stack; see ARCHITECTURE.md for the floors and the arrows."""

__version__ = "0.1.0"
