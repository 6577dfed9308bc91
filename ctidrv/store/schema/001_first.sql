-- Version 1: calls with legs and events, recordings, messages, customers, and the chain of facts.
-- Times are UTC, RFC 3339 with microseconds, so that text order is time order.
-- *_reversed columns hold the digits from last to first: "ends with" becomes a range of an index.

CREATE TABLE customers (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    company TEXT,
    notes   TEXT,
    tags    TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    created TEXT NOT NULL
) STRICT;
CREATE INDEX customers_name ON customers (name);

CREATE TABLE customer_numbers (
    number   TEXT NOT NULL,    -- E.164, or digits as dialled (short and local numbers)
    customer INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    reversed TEXT NOT NULL,
    PRIMARY KEY (number, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_numbers_customer ON customer_numbers (customer);
CREATE INDEX customer_numbers_reversed ON customer_numbers (reversed);

CREATE TABLE calls (
    id              TEXT PRIMARY KEY,
    port            TEXT NOT NULL,
    direction       TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    state           TEXT NOT NULL CHECK (state IN ('alerting', 'connected', 'ended')),
    started         TEXT NOT NULL,
    answered        TEXT,
    ended           TEXT,
    number          TEXT,      -- as it came
    e164            TEXT,      -- normalised
    number_reversed TEXT,
    name            TEXT,      -- by caller ID
    withheld        TEXT,      -- private | unavailable
    customer        INTEGER REFERENCES customers (id),
    cause           TEXT,
    outcome         TEXT
) STRICT;
CREATE INDEX calls_started ON calls (started);
CREATE INDEX calls_e164 ON calls (e164);
CREATE INDEX calls_number_reversed ON calls (number_reversed);
CREATE INDEX calls_customer ON calls (customer);
CREATE INDEX calls_open ON calls (state) WHERE state <> 'ended';

CREATE TABLE legs (
    id      TEXT PRIMARY KEY,
    call    TEXT NOT NULL REFERENCES calls (id),
    kind    TEXT NOT NULL,     -- line | ivr | mailbox | seat
    party   TEXT NOT NULL,
    started TEXT NOT NULL,
    ended   TEXT,
    cause   TEXT
) STRICT;
CREATE INDEX legs_call ON legs (call);

CREATE TABLE events (
    seq  INTEGER PRIMARY KEY,
    call TEXT REFERENCES calls (id),
    port TEXT NOT NULL,
    type TEXT NOT NULL,
    at   INTEGER NOT NULL,     -- samples since the engine started
    wall TEXT NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data))
) STRICT;
CREATE INDEX events_call ON events (call);

CREATE TABLE recordings (
    id           TEXT PRIMARY KEY,
    call         TEXT NOT NULL REFERENCES calls (id),
    path         TEXT NOT NULL,  -- below the data folder, with '/'; absolute when elsewhere
    started      TEXT NOT NULL,
    sha256       TEXT,           -- NULL while open
    samples      INTEGER,
    state        TEXT NOT NULL CHECK (state IN ('open', 'closed', 'repaired', 'missing')),
    lost_samples INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX recordings_call ON recordings (call);
CREATE INDEX recordings_started ON recordings (started);

CREATE TABLE messages (
    id       TEXT PRIMARY KEY,
    box      TEXT NOT NULL,
    call     TEXT NOT NULL REFERENCES calls (id),
    path     TEXT NOT NULL,      -- as in recordings
    started  TEXT NOT NULL,
    samples  INTEGER NOT NULL,
    number   TEXT,
    customer INTEGER REFERENCES customers (id),
    state    TEXT NOT NULL CHECK (state IN ('new', 'heard', 'done'))
) STRICT;
CREATE INDEX messages_call ON messages (call);
CREATE INDEX messages_box ON messages (box, started);

-- What happened to recordings and messages, each line bound to the one before:
-- hash = SHA-256 of (previous hash, newline, canonical JSON of [seq, at, kind, subject, actor, data]).
CREATE TABLE facts (
    seq     INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    kind    TEXT NOT NULL,       -- made | repaired | missing | listened
    subject TEXT NOT NULL,       -- recording:ID | message:ID
    actor   TEXT NOT NULL,
    data    TEXT NOT NULL CHECK (json_valid(data)),
    hash    TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX facts_subject ON facts (subject);
CREATE TRIGGER facts_keep_update BEFORE UPDATE ON facts
BEGIN
    SELECT RAISE(ABORT, 'facts are never changed');
END;
CREATE TRIGGER facts_keep_delete BEFORE DELETE ON facts
BEGIN
    SELECT RAISE(ABORT, 'facts are never deleted');
END;
