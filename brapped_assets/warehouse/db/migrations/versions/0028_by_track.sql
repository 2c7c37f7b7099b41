-- Pages find the plays of a track in memory, and forgetting asks for those of all tracks at once. Keeping this index was a fifth
-- of what an import's insert took.
drop index star.streaming_fact_by_track;
