-- An album names its artist; the page of that artist is told by the tracks.
select al.album_key as key, al.album_id as spotify_id, al.album_name as name,
       coalesce(al.artist_name, owner.artist_name) as artist_name, owner.artist_key, al.album_type, al.release_date,
       al.release_date_precision, al.total_tracks, al.release_group, al.image_url is not null as has_cover,
       (select count(*)::int from star.album_dim r where r.release_group = al.release_group) as releases
from star.album_dim al
left join lateral (
    select a.artist_key, a.artist_name
    from star.track_dim t join star.artist_dim a using (artist_key)
    where t.album_key = al.album_key and not a.is_nobody and a.artist_name = coalesce(al.artist_name, a.artist_name)
    group by a.artist_key
    order by count(*) desc, a.artist_key
    limit 1) owner on true
where al.album_key = %(key)s
