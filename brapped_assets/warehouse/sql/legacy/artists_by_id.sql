insert into star.artist_dim (artist_id, artist_name)
select distinct on (l.artist_id) l.artist_id, coalesce(nullif(l.artist, ''), 'Unknown artist')
from raw.legacy_track l
where l.content_hash = any(%(hashes)s::uuid[]) and star.somebodys_id(l.artist_id, nullif(l.artist, '')) is not null
  and not exists (select from star.artist_dim known where known.artist_id = l.artist_id)
order by l.artist_id, l.artist desc
on conflict do nothing
