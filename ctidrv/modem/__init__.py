"""What a modem is to its host: command lines, result codes, settings, data behind a DLE (V.250, V.253)."""
