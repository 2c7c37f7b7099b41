-- Of a listener there is; hidden already, nothing happens. One play: its END, its track.
insert into insights.hidden_time (listener_id, from_at, until_at, track_key, hidden_at, why)
select l.listener_id, %(from_at)s, %(until_at)s, %(track)s::int, %(now)s, %(why)s
from audit.listener l
where l.listener_id = %(listener_id)s
  and (%(track)s::int is null
       or exists (select from star.streaming_fact f
                   where f.listener_id = l.listener_id and f.played_at = %(from_at)s and f.track_key = %(track)s::int))
on conflict do nothing
