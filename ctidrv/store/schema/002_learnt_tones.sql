-- Version 2: the tones that a line was taught (`ctidrv dsp learn --line`).

CREATE TABLE learnt_tones (
    port       TEXT NOT NULL,
    tone       TEXT NOT NULL,     -- busy | congestion | dial
    hz         TEXT NOT NULL CHECK (json_valid(hz)),
    ms         TEXT NOT NULL CHECK (json_valid(ms)),  -- on, off, on, off …; []: steady
    level_dbm0 REAL NOT NULL,
    cycles     INTEGER NOT NULL,
    learnt     TEXT NOT NULL,
    PRIMARY KEY (port, tone)
) STRICT, WITHOUT ROWID;
