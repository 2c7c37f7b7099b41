select since, until from insights.spans_around(%(listener_id)s, %(days)s::date[])
