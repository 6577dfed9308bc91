"""What is wrong with a card."""

from __future__ import annotations

from hwsim.devices.vices import Vice

VICES = {
    "late-ticks": Vice((0.1, 10.0), "it stands still for {0} s, every {1} s on average, then catches up"),
    "event-overflow": Vice((100.0, 10.0), "{0} events at once on each channel, every {1} s on average"),
    "red": Vice((5.0, 60.0), "its span is in red alarm for {0} s, every {1} s on average"),
    "unplug": Vice((3.0, 60.0), "it is taken out for {0} s, every {1} s on average"),
    "clock": Vice((200.0,), "its clock is {0} ppm too fast"),
}
