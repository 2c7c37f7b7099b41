-- The albums that extended history names: provisional, as its artists are.
insert into star.album_dim (album_ref, album_name, artist_name)
select distinct on (m.album_ref) m.album_ref, m.album, nullif(m.artist, '')
from met m
where m.album_ref is not null
  and not exists (select from star.album_dim known where known.album_ref = m.album_ref)
order by m.album_ref, m.album
on conflict (album_ref) do nothing
