"""The recording of each call's line, and its repair after a crash."""

from ctidrv.apps.recording.filed import settle
from ctidrv.apps.recording.recorder import CallRecorder, CallRecording
from ctidrv.apps.recording.repair import Repaired, repair

__all__ = ["CallRecorder", "CallRecording", "Repaired", "repair", "settle"]
