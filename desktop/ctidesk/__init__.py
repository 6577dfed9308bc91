"""The operator's desktop: a window that is a client of the station, in a process of its own."""
