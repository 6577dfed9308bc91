"""State on the disk: the SQLite database of a data folder. Nothing else imports sqlite3."""

from ctidrv.store.calls import event_json
from ctidrv.store.db import Store
from ctidrv.store.numbers import normalise

__all__ = ["Store", "event_json", "normalise"]
