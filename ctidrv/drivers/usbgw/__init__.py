"""USB telephones and telephone boxes: Yealink's P1K, P1KH, P4K, B2K and B3G, and those with C-Media's
CM109."""
