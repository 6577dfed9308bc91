"""A recorded fax call, analysed: what both ends said, how well, and what came of it."""
