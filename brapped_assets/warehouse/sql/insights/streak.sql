-- The run of days with a play that reaches today, or yesterday while today is young; no row without one.
with played as (
    select day, day + row_number() over (order by day desc)::int as run
    from insights.days_of(%(listener_id)s, %(first)s, %(until)s) where plays > 0
)
select min(day) as first, max(day) as last
from played
where run = (select run from played order by day desc limit 1)
having max(day) >= %(today)s::date - 1
