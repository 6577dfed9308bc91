"""Mounting a folder of FUSE, and unmounting it: mount(2) and umount2(2). Linux only, as root."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

from ctidrv.errors import PortError

DEVICE = Path("/dev/fuse")
KIND = "fuse.ctidrv"
_NOSUID, _NODEV, _NOEXEC, _DETACH = 2, 4, 8, 2


def mounted_kind(folder: Path) -> str | None:
    """Of the file system that is mounted there, None where there is none."""
    wanted = os.path.realpath(folder)
    kind = None
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        before, _, after = line.partition(" - ")
        place = before.split(" ")[4].encode().decode("unicode_escape").encode("latin-1", "replace")
        if os.fsdecode(place) == wanted:
            kind = after.split(" ")[0]  # the last one covers those before
    return kind


def clear(folder: Path) -> str | None:
    """Unmounts what a process that is dead has left there: a note of it, None where there was nothing.

    PortError when something that lives is mounted there.
    """
    kind = mounted_kind(folder)
    if kind is None:
        return None
    try:
        os.statvfs(folder)  # asks whoever serves it; stat(2) may be answered by what the kernel still knows
    except OSError as error:
        if error.errno == errno.ENOTCONN and kind.startswith("fuse"):
            unmount(folder)
            return f"{folder}: the folder of a program that had died was still mounted there, and is no more"
        raise PortError(f"{folder}: cannot be looked at: {error.strerror}") from error
    raise PortError(
        f"{folder}: something is mounted there already ({kind}); end what serves it, or choose another"
    )


def open_device() -> int:
    """The kernel's door. PortError with what to do."""
    try:
        return os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise PortError(
            f"{DEVICE} is not there: `modprobe fuse` loads it; a container needs it given (--device {DEVICE})"
        ) from None
    except PermissionError as error:
        raise PortError(f"{DEVICE}: {error.strerror}; nodes are served by root (sudo)") from None
    except OSError as error:
        raise PortError(f"{DEVICE}: {error.strerror}") from error


def mount(fd: int, folder: Path) -> None:
    """PortError."""
    owner = f"user_id={os.geteuid()},group_id={os.getegid()}"
    options = f"fd={fd},rootmode=40755,{owner},allow_other,default_permissions"
    libc = ctypes.CDLL(None, use_errno=True)
    place, kind = os.fsencode(folder), KIND.encode()
    if libc.mount(b"ctidrv", place, kind, ctypes.c_ulong(_NOSUID | _NODEV | _NOEXEC), options.encode()) == 0:
        return
    number = ctypes.get_errno()
    advice = {
        errno.EPERM: "; nodes are served by root (sudo), in a container with --cap-add SYS_ADMIN",
        errno.ENODEV: "; the kernel has no FUSE: `modprobe fuse`",
    }.get(number, "")
    raise PortError(f"{folder}: nothing can be mounted there: {os.strerror(number)}{advice}")


def unmount(folder: Path) -> None:
    """Also while somebody has files of it open: he keeps them. Nothing when nothing is mounted."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.umount2(os.fsencode(folder), _DETACH)
