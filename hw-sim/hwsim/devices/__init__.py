"""Stand-ins for hardware: devices as programs see them, at lines of the simulated exchange."""
