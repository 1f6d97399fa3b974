-- Which attempt of its task an act was done to: a gate that is retried asks anew, and earlier decisions are not about it.
ALTER TABLE acts ADD COLUMN attempt INTEGER;
