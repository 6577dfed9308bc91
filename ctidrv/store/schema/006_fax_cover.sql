-- Version 6: the cover page that a fax is sent with.

ALTER TABLE fax_jobs ADD COLUMN cover TEXT  -- to, sender, subject, note and language; NULL: none
    CHECK (cover IS NULL OR json_valid(cover));
