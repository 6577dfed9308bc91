"""Mailboxes: messages that callers leave."""

from ctidrv.apps.voicemail.mailbox import Mailboxes, Repaired, Taken, beep, repair

__all__ = ["Mailboxes", "Repaired", "Taken", "beep", "repair"]
