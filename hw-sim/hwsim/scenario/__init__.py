"""Scenarios: what simulated people do at their telephones, as data (language version 1).

`model` is the language, `read` a file of it, `person` plays one party's steps at a telephone, `ear` names
what a telephone heard, `timeline` draws it. What runs a whole scenario against a menu is `hwsim.rig`.
"""
