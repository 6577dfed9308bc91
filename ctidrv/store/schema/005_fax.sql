-- Version 5: faxes that are sent (jobs, with their pages and calls), and faxes that came.

CREATE TABLE fax_jobs (
    id       TEXT PRIMARY KEY,
    batch    TEXT NOT NULL,     -- jobs that were queued together, of one document
    path     TEXT NOT NULL,     -- of the document's copy, as in recordings
    name     TEXT NOT NULL,     -- of the file that was given
    sha256   TEXT NOT NULL,
    pages    INTEGER NOT NULL CHECK (pages > 0),
    number   TEXT NOT NULL,     -- as it was given
    e164     TEXT,
    created  TEXT NOT NULL,
    due      TEXT NOT NULL,     -- not before
    port     TEXT,              -- NULL: any line
    priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 9),
    hours    TEXT,              -- HH:MM-HH:MM of the office's day; NULL: at any time
    tries    INTEGER NOT NULL,  -- calls at most
    causes   TEXT NOT NULL CHECK (json_valid(causes)),  -- of the calls so far that count
    state    TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'stopped')),
    ended    TEXT,
    cause    TEXT,              -- of the last call
    detail   TEXT
) STRICT;
CREATE INDEX fax_jobs_created ON fax_jobs (created);
CREATE INDEX fax_jobs_batch ON fax_jobs (batch);
CREATE INDEX fax_jobs_open ON fax_jobs (state) WHERE state IN ('queued', 'sending');

CREATE TABLE fax_pages (
    job      TEXT NOT NULL REFERENCES fax_jobs (id),
    page     INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('not-sent', 'sending', 'confirmed', 'refused', 'not-confirmed')),
    bit_rate INTEGER,
    at       TEXT,
    PRIMARY KEY (job, page)
) STRICT, WITHOUT ROWID;

CREATE TABLE fax_tries (
    job       TEXT NOT NULL REFERENCES fax_jobs (id),
    number    INTEGER NOT NULL,
    port      TEXT NOT NULL,
    started   TEXT NOT NULL,
    pages     INTEGER NOT NULL,  -- that it was to send
    confirmed INTEGER NOT NULL,
    ended     TEXT,              -- NULL: it goes on, or the station crashed
    call      TEXT REFERENCES calls (id),
    cause     TEXT,
    detail    TEXT,
    bit_rate  INTEGER,
    ident     TEXT,              -- of the far end (CSI)
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE received_faxes (
    id       TEXT PRIMARY KEY,
    box      TEXT NOT NULL,
    port     TEXT NOT NULL,
    started  TEXT NOT NULL,
    path     TEXT NOT NULL,      -- as in recordings
    sha256   TEXT NOT NULL,
    pages    INTEGER NOT NULL,
    bad_rows INTEGER NOT NULL,
    call     TEXT REFERENCES calls (id),
    number   TEXT,
    e164     TEXT,
    ident    TEXT,               -- of the far end (TSI)
    whole    INTEGER NOT NULL CHECK (whole IN (0, 1)),  -- 0: the connection was lost, pages may be missing
    state    TEXT NOT NULL CHECK (state IN ('new', 'read'))
) STRICT;
CREATE INDEX received_faxes_box ON received_faxes (box, started);
CREATE INDEX received_faxes_started ON received_faxes (started);
CREATE INDEX received_faxes_call ON received_faxes (call);
