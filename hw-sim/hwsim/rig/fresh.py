"""Ids of virtual time repeat with the seed: whether a data folder holds them already."""

from __future__ import annotations

from ctidrv.errors import InputError
from ctidrv.folder import DataFolder


def check_fresh(folder: DataFolder, seed: int) -> None:
    """InputError when the folder already holds the first call that this seed makes."""
    if not folder.database.exists():
        return
    from ctidrv.callcontrol.ids import Ids
    from ctidrv.store import Store

    call = Ids(seed).next("call")
    with Store.read(folder) as store:
        if store.call(call) is not None:
            raise InputError(
                f"{folder.root} already holds {call}, the call of seed {seed}: "
                "choose another --data folder or another --seed"
            )
