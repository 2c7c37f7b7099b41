-- Tracks the star does not know yet; of those it knows, title and length where these are not known.
insert into star.track_dim (track_ref, track_id, track_name, artist_key, duration_ms)
select distinct on (l.track_ref) l.track_ref, l.track_id, coalesce(nullif(l.title, ''), l.track_ref), artist.artist_key,
       l.duration_ms
from raw.legacy_track l
cross join lateral star.artist_of(star.somebodys_id(l.artist_id, nullif(l.artist, '')), star.somebody(l.artist)) artist
where l.content_hash = any(%(hashes)s::uuid[])
order by l.track_ref, l.artist_id is null, l.title = '', l.duration_ms is null, l.content_hash
on conflict (track_ref) do update
   set track_name = case when track_dim.track_name = track_dim.track_ref then excluded.track_name
                         else track_dim.track_name end,
       duration_ms = coalesce(track_dim.duration_ms, excluded.duration_ms)
   where (track_dim.track_name = track_dim.track_ref and excluded.track_name <> track_dim.track_name)
      or (track_dim.duration_ms is null and excluded.duration_ms is not null)
