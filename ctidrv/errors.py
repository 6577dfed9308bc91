"""The errors that ctidrv raises; each also inherits the builtin that fits.

CtiError
├── InputError       unreadable or malformed input: exit code 2
│   ├── UsageError   wrong use of a command or function: exit code 2
│   └── FieldError   one field of a request to the station
├── NotCapable       the port cannot do that (see its capabilities)
├── PortError        a port or board: not there, in use, gone
│   └── SoundMissing
├── StoreError       the database or a recording file
│   └── NewerDatabase
├── ServiceError     the station cannot be reached, or refused
│   ├── NoStation    none runs on this data folder
│   └── NotThere     it has nothing of that id or name: exit code 2
├── NotAllowed       a number that may not be dialled (station.toml, [outbound])
├── DialFailed       the line did not take the number: no dial tone, released, refused
├── CallEnded        the far end went; raised out of any wait of a call
└── NativeError      the C core refused, with its code
"""

from __future__ import annotations


class CtiError(Exception):
    """Root of all errors of ctidrv. The text says what, where, and what to do."""


class InputError(CtiError, ValueError):
    """Input that cannot be read or breaks its form."""


class UsageError(InputError):
    """A command or function used in a way it does not offer."""


class FieldError(InputError):
    """What the station has against a request: `words` of its `field`, such as ``cover.to``."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(f"{field}: {words}")
        self.field = field
        self.words = words


class NotCapable(CtiError, RuntimeError):
    """The port's capabilities say no."""


class PortError(CtiError, OSError):
    """A board or port that is missing, in use or gone."""


class SoundMissing(PortError):
    """This computer's sound cannot be used; `missing` is "package", "library" or "device"."""

    def __init__(self, missing: str, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.missing = missing
        self.detail = detail


class StoreError(CtiError, OSError):
    """The database or a file of the data folder."""


class NewerDatabase(StoreError):
    """The database was written by a newer version; nothing was changed."""


class ServiceError(CtiError, OSError):
    """The station is not running, cannot be reached, or refused."""


class NoStation(ServiceError):
    """No station runs on this data folder: there was none, or it was killed."""


class NotThere(ServiceError):
    """The station has nothing of that id or name."""


class NotAllowed(CtiError, PermissionError):
    """A number that the station does not dial; the text says which setting would."""


class DialFailed(CtiError):
    """A number was not dialled to its end; `reason` is "no-dial-tone", "released", "refused" or "stopped"."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class CallEnded(CtiError):
    """The call is over; `cause` says why."""

    def __init__(self, cause: str = "") -> None:
        super().__init__(f"the call has ended ({cause})" if cause else "the call has ended")
        self.cause = cause


class NativeError(CtiError, RuntimeError):
    """The C core returned a negative result."""

    def __init__(self, code: int, text: str, what: str) -> None:
        super().__init__(f"{what}: {text} ({code})")
        self.code = code
