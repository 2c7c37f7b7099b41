select span_start, span_end from insights.spans_around(%(listener_id)s, %(days)s::date[])
