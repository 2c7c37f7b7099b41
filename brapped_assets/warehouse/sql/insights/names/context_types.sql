select c.context_key, c.context_type from raw.context c
where c.context_key = any(%(keys)s::int[]) and c.context_type in ('album', 'playlist', 'artist', 'collection')
