"""E-mail that goes out: kept in the store until a server has taken it."""
