copy staged_track (track_number, content_hash, track_ref, track_id, title, artist, album) from stdin
