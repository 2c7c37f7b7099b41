copy staged_track (track_number, content_hash, track_id, track_ref, title, artist, album) from stdin (format binary)
