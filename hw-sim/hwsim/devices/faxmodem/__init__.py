"""A Class 1 fax modem (ctidrv/modem/t31) on a pseudo-terminal: at a PCM line, or the simulated exchange."""
