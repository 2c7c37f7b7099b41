delete from star.track_artist ta using star.track_dim t
where t.track_key = ta.track_key and t.payload_key = any(%(payload_keys)s)
