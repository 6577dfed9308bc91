"""The simulator's commands; they alone of hwsim reach the floors above the ports, within functions."""
