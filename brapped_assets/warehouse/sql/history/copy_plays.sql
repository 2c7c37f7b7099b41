copy staged_play (ended_at, ms_played, occurrence, track_number, platform, country, reason_start, reason_end,
                  shuffle, skipped, offline, incognito) from stdin
