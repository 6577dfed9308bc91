-- Version 3: recordings that may not be deleted, and those whose files were (the row and the reason, a fact, stay).

ALTER TABLE recordings ADD COLUMN held TEXT;     -- why it may not be deleted; NULL: it may
ALTER TABLE recordings ADD COLUMN deleted TEXT;  -- when its file was deleted
CREATE INDEX recordings_kept ON recordings (started) WHERE deleted IS NULL;
