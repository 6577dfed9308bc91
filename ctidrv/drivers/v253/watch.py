"""Whether a modem is still well: it answers in its time, sends what it should, and no nonsense."""

from __future__ import annotations

from ctidrv.drivers.v253.table import AUDIO, WAITS_S, Input, State

CHECK_S = 5.0
"""An idle modem that has said nothing for so long is asked whether it is there."""
MUTE_S = 3.0
"""One that sends audio, and then none for so long, is frozen."""
BABBLE = 4000
"""Bytes of nonsense within BABBLE_S."""
BABBLE_S = 4.0


class Watch:
    """Of one modem; times in seconds."""

    def __init__(self) -> None:
        self.heard_at = 0.0
        """When it last said anything, or had no reason to."""
        self.since = 0.0
        """When its state began, or was confirmed."""
        self._nonsense, self._nonsense_at = 0, 0.0

    def forget(self) -> None:
        """The nonsense of a port that was closed: what it is left in is ended when it is opened again."""
        self._nonsense = 0

    def nonsense(self, count: int) -> None:
        """So many bytes belonged to nothing."""
        self._nonsense += count

    def amiss(self, now: float, state: State) -> tuple[Input, str] | None:
        """What is to be done about it, and in words why; no words: nothing is wrong, it is only asked."""
        if now - self._nonsense_at > BABBLE_S:
            self._nonsense_at, self._nonsense = now, 0
        if self._nonsense > BABBLE:
            return Input.BABBLE, "it sends nonsense"
        if state in AUDIO and now - self.heard_at > MUTE_S:
            return Input.LATE, "it sends no audio any more"
        if state in WAITS_S and now - self.since > WAITS_S[state]:
            return Input.LATE, f"it does not answer ({state.value}); is it a modem, and free?"
        if state is State.IDLE and now - max(self.heard_at, self.since) > CHECK_S:
            return Input.CHECK, ""
        return None
