copy staged_play (ended_at, ms_played, occurrence, track_number, detail_number, uploaded_at) from stdin (format binary)
