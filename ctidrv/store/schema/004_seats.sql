-- Version 4: legs of seats, which ring (from `started` on) before they are answered.

ALTER TABLE legs ADD COLUMN answered TEXT;  -- of a seat, when it lifted; NULL: it never did, or is no seat
