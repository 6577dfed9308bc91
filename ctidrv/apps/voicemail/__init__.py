"""Mailboxes: messages that callers leave."""

from ctidrv.apps.voicemail.mailbox import Mailboxes, Taken, beep, repair

__all__ = ["Mailboxes", "Taken", "beep", "repair"]
