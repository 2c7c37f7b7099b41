-- Pages find the plays of a track in memory, and forgetting reads all plays once anyway. Keeping this index was a fifth of what
-- an import's insert took.
drop index star.streaming_fact_by_track;
