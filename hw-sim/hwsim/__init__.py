"""hwsim: the simulated exchange, lines, telephones and callers, beneath the real driver interface."""
