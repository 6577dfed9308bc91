"""The test rig: a whole station in virtual time under the simulated exchange, for commands and for tests.

`station` builds and runs it, `case` plays one scenario against it, `hand` is its Python interface, which
the pytest plug-in gives out. It alone of hwsim, with the commands, reaches the floors above the ports,
within functions.
"""
