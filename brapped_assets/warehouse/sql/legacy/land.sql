insert into raw.legacy_play (listener_id, played_at, legacy_track_key)
select distinct %(listener_id)s, told.played_at, l.legacy_track_key
from unnest(%(instants)s::timestamptz[], %(play_hashes)s::uuid[]) as told (played_at, content_hash)
join raw.legacy_track l using (content_hash)
order by told.played_at, l.legacy_track_key
on conflict (listener_id, played_at, legacy_track_key) do nothing
returning played_at
