update raw.track_payload set is_applied = true where payload_key = any(%(payload_keys)s)
