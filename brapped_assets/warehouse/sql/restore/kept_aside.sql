select audit.keep_aside(%(listener_id)s)
