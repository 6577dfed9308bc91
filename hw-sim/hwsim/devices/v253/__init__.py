"""A voice modem (ITU-T V.253, V.250) on a pseudo-terminal, at a line of the simulated exchange.

What it tells its host it has heard on the line, with the core's detectors, as a modem's chip does.
"""
