select s.day, s.started_at, s.ended_at, s.plays, s.ms
from insights.sessions_of(%(listener_id)s, %(first)s, %(until)s) s
order by s.ended_at - s.started_at desc, s.plays desc, s.started_at
limit 1
