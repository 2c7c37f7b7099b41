-- The albums that extended history names, for tracks that no payload has put on one: provisional, as their artists are.
insert into star.album_dim (album_ref, album_name, artist_name)
select distinct on (ref.album_ref) ref.album_ref, s.album, nullif(s.artist, '')
from staged_track s
cross join lateral (select star.named_album_ref(nullif(s.artist, ''), s.album) as album_ref) ref
where s.album <> ''
  and not exists (select from star.album_dim known where known.album_ref = ref.album_ref)
  and not exists (select from star.track_dim t join star.album_dim served using (album_key)
                  where t.track_ref = s.track_ref and served.album_id is not null)
order by ref.album_ref, s.album
on conflict (album_ref) do nothing
