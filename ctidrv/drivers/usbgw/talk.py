"""A USB telephone's sound at work: open from lifting to hanging up alone, and its bell where that is sound
too."""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.drivers.headset_sound import AnyStream, Heartbeat
from ctidrv.drivers.usbgw.sound import Bell, Sounds
from ctidrv.native.fed_board import FedBoard
from ctidrv.native.fed_sound import FedSound


@dataclass(frozen=True, slots=True)
class Levels:
    """Louder or quieter, -30 to 30 dB."""

    microphone_db: float = 0.0
    earpiece_db: float = 0.0


class Talk:
    """Of port 0 of the board. SoundMissing where its device is not there, or is there no more. Times in
    seconds."""

    def __init__(self, fed: FedBoard, sounds: Sounds, levels: Levels) -> None:
        self._port = fed.ports[0]
        self._sound = FedSound(fed)
        self._sound.gains(levels.microphone_db, levels.earpiece_db)
        self._sounds = sounds
        self._names = "", ""
        self._stream: AnyStream | None = None
        self._beat: Heartbeat | None = None
        self._bell: Bell | None = None

    def found(self, microphone: str, earpiece: str) -> None:
        """Where its sound is from now on."""
        self._sounds.check(microphone, earpiece)
        self._names = microphone, earpiece

    def look_again(self) -> None:
        self._sounds.look_again()

    def begin(self, now: float) -> None:
        """It was lifted."""
        self.ring(False, by_sound=True)
        self._stream = self._sounds.talk(self._sound, *self._names)
        self._beat = Heartbeat(self._sound, self._stream, now)
        self._port.serve(rx=True, tx=True)

    def look(self, now: float) -> None:
        if self._beat is not None:
            self._beat.check(now)

    def ring(self, on: bool, *, by_sound: bool) -> None:
        """A burst, where the telephone has no bell but its loudspeaker."""
        if not by_sound:
            return
        if on and self._bell is None:
            self._bell = self._sounds.bell(self._names[1])
        if self._bell is not None:
            self._bell.on = on
            if not on:
                self._bell.close()
                self._bell = None

    def end(self) -> None:
        """Nothing sounds any more; safe twice."""
        self._port.serve(rx=False, tx=False)
        stream, self._stream, self._beat = self._stream, None, None
        bell, self._bell = self._bell, None
        for each in (stream, bell):
            if each is not None:
                each.close()
