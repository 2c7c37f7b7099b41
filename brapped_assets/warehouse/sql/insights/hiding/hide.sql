-- Whoever or whatever is known; hidden already, nothing happens.
insert into insights.hidden (listener_id, artist_key, track_key, context_uri, hidden_at, why)
select l.listener_id, %(artist)s, %(track)s, %(context)s, %(now)s, %(why)s
from audit.listener l
where l.listener_id = %(listener_id)s
  and (exists (select from star.artist_dim where artist_key = %(artist)s)
       or exists (select from star.track_dim where track_key = %(track)s)
       or exists (select from raw.context where context_uri = %(context)s))
on conflict do nothing
