-- name: said
select heard_time_id, from_at, until_at, said_at
from insights.heard_time
where listener_id = %(listener_id)s
order by said_at desc, heard_time_id desc

-- name: say_heard
-- Of a listener there is; said already, nothing happens.
insert into insights.heard_time (listener_id, from_at, until_at, said_at)
select l.listener_id, %(from_at)s, %(until_at)s, %(now)s
from audit.listener l
where l.listener_id = %(listener_id)s
on conflict do nothing

-- name: unsay_heard
delete from insights.heard_time where listener_id = %(listener_id)s and heard_time_id = %(heard_time_id)s
