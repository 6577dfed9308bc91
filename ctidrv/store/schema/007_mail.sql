-- Version 7: e-mails of faxes, to the address of a box or of who sent one, until a server has taken them.

ALTER TABLE fax_jobs ADD COLUMN mail_to TEXT;       -- is told how it ended; NULL: nobody
ALTER TABLE received_faxes ADD COLUMN mail_to TEXT; -- is sent it; NULL: nobody

CREATE TABLE mails (
    id      INTEGER PRIMARY KEY,
    fax     TEXT NOT NULL,     -- of received_faxes or fax_jobs, by the kind
    kind    TEXT NOT NULL CHECK (kind IN ('received', 'ended')),
    address TEXT NOT NULL,
    created TEXT NOT NULL,
    due     TEXT NOT NULL,     -- not before
    tries   INTEGER NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    ended   TEXT,
    error   TEXT               -- of the last try
) STRICT;
CREATE INDEX mails_fax ON mails (fax);
CREATE INDEX mails_waiting ON mails (created) WHERE state = 'queued';
