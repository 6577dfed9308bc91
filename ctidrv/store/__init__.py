"""State on the disk: the SQLite database of a data folder. Nothing else imports sqlite3."""

from ctidrv.callcontrol.numbers import normalise
from ctidrv.store.calls import event_json
from ctidrv.store.db import Store
from ctidrv.store.migrate import check_version

__all__ = ["Store", "check_version", "event_json", "normalise"]
