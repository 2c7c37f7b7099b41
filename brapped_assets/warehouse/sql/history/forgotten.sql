delete from staged_play where ended_at < %(forgotten_before)s
