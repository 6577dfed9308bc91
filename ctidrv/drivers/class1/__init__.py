"""A serial fax modem (Class 1, ITU-T T.31, TIA-578) that does the turns of a fax procedure."""
