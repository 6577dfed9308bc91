"""Analogue cards and channel banks by DAHDI, the kernel's interface for them."""
