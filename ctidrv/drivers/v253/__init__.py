"""Voice modems (ITU-T V.253) on serial ports: ``driver = "v253"``, one port for each (board.py)."""
