copy staged_play (ended_us, ms_played, occurrence, track_number, detail_number) from stdin
