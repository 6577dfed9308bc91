"""`ctidrv sim view`: a kept case drawn on one time axis."""
