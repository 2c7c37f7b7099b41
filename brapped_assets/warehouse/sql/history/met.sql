-- Tracks that are new, on no album, or on a greater one that no payload has told of: whichever export came first, the least
-- album counts.
create temporary table met on commit drop as
select s.track_ref, s.track_id, s.title, s.artist, s.album, s.content_hash, t.track_key, t.album_key as was_key,
       star.named_album_ref(nullif(s.artist, ''), nullif(s.album, '')) as album_ref
from staged_track s
left join star.track_dim t using (track_ref)
left join star.album_dim al using (album_key)
where t.track_key is null
   or (s.album <> ''
       and (t.album_key is null
            or ((t.payload_key is null or (al.album_id is null and al.payload_key is null))
                and (s.album, s.artist) < (al.album_name, coalesce(al.artist_name, '')))))
