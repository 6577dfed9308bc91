"""The documents that a script sends: each is there, and can be made into pages."""

from __future__ import annotations

from pathlib import Path

from ctidrv.apps.fax.document import open_document
from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.shape import Draft
from ctidrv.errors import InputError


def check_faxes(draft: Draft, folder: Path) -> None:
    """Adds documents that are missing or that cannot be faxed; `folder` is the script's."""
    known: dict[str, str] = {}
    for flow in draft.flows.values():
        for step in flow.every():
            if not isinstance(step.body, model.FaxSend):
                continue
            file = step.body.file
            if file not in known:
                known[file] = _fault(folder / file)
            if known[file]:
                draft.add(step.at("file"), known[file], fatal=False)


def _fault(path: Path) -> str:
    if not path.is_file():
        return f"there is no file {path}"
    try:
        with open_document([path]):
            return ""
    except InputError as error:
        return f"it cannot be faxed: {error}"
