-- Tracks the star does not know yet. Of several artists of one name, an only one with an id is taken, else the
-- provisional one, else the first.
with fresh as materialized (
    select distinct on (s.track_ref) s.track_ref, s.track_id, coalesce(nullif(s.title, ''), s.track_ref) as title,
           coalesce(nullif(s.artist, ''), 'Unknown artist') as artist
    from staged_track s
    where not exists (select from star.track_dim known where known.track_ref = s.track_ref)
    order by s.track_ref, s.content_hash
)
insert into star.track_dim (track_ref, track_id, track_name, artist_key)
select fresh.track_ref, fresh.track_id, fresh.title, artist.artist_key
from fresh
cross join lateral (select a.artist_key from star.artist_dim a where a.artist_name = fresh.artist
                    order by a.artist_id is null, a.artist_key limit 1) artist
order by fresh.track_ref
on conflict (track_ref) do nothing
