"""Load: the traffic of a whole office as data (populations, language version 1).

`model` is the language, `read` a file of it, `plan` draws from it who calls when: the same calls for the same
seed, whatever plays them. What runs a plan on a station is `hwsim.rig.traffic`.
"""
