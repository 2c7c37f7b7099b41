-- Tracks with an id that no payload tells of. One that has landed and is not read yet needs no call.
select t.track_id as spotify_id
from star.track_dim t
left join audit.lookup_weight w using (track_key)
where t.track_id is not null and t.payload_key is null and (t.ask_again_at is null or t.ask_again_at <= %(now)s)
  and not exists (select from raw.track_payload landed
                   where not landed.is_applied and landed.track_ref = t.track_ref)
order by w.plays desc nulls last, t.track_id
limit %(limit)s
