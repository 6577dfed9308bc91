"""An analogue card behind DAHDI's interface, at lines of the simulated exchange."""
