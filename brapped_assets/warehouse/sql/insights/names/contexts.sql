select c.context_key, c.context_uri from raw.context c where c.context_key = any(%(keys)s::int[])
