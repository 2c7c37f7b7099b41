-- Tracks the star does not know yet. Of several artists of one name, an only one with an id is taken, else the
-- provisional one, else the first.
with artist as (
    select distinct on (a.artist_name) a.artist_name, a.artist_key
    from star.artist_dim a
    where a.artist_name in (select coalesce(nullif(s.artist, ''), 'Unknown artist') from staged_track s)
    order by a.artist_name, a.artist_id is null, a.artist_key
)
insert into star.track_dim (track_ref, track_id, track_name, artist_key)
select distinct on (s.track_ref) s.track_ref, s.track_id, coalesce(nullif(s.title, ''), s.track_ref), artist.artist_key
from staged_track s join artist on artist.artist_name = coalesce(nullif(s.artist, ''), 'Unknown artist')
where not exists (select from star.track_dim known where known.track_ref = s.track_ref)
order by s.track_ref, s.content_hash
on conflict (track_ref) do nothing
