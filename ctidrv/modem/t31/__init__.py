"""A Class 1 fax modem (ITU-T T.31, TIA-578) over our own modems: the host on one side, audio on the other.

`modem.py` is it; it does no I/O and waits for nothing: its owner brings bytes, audio and what becomes of the
call, and so it is the same on a pseudo-terminal and on a port of a board.
"""
