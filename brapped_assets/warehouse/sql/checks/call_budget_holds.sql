select sum(calls)::int as calls, %(budget)s::int as budget from audit.api_call
where minute > %(now)s::timestamptz - interval '24 hours' and minute <= %(now)s::timestamptz + interval '1 hour'
having sum(calls) > %(budget)s
