-- All of some tracks' plays; without any, one row of none.
select coalesce(sum(plays), 0)::int as plays, min(first_on) as first_on, max(last_on) as last_on
from insights.track_sums(%(listener_id)s, %(first)s, %(until)s)
where track_key = any(%(tracks)s::int[])
