-- name: artist
select a.artist_key as key, a.artist_id as spotify_id, a.artist_name as name,
       array(select g.genre from star.genre_of_artist g where g.artist_key = a.artist_key
              order by g.weight desc, g.genre) as genres,
       (select o.country from star.origin_of_artist o where o.artist_key = a.artist_key) as country,
       star.artist_picture(a.artist_key) is not null as has_cover, a.is_nobody,
       (select h.hidden_id from insights.hidden h
         where h.listener_id = %(listener_id)s and h.artist_key = a.artist_key) as hidden_id
from star.artist_dim a
where a.artist_key = %(key)s

-- name: track
select t.track_key as key, t.track_id as spotify_id, t.track_name as name, a.artist_key, a.artist_name, t.album_key,
       al.album_name, al.release_date, al.release_date_precision, t.duration_ms,
       hashtextextended(coalesce(t.isrc, t.track_ref), 0) as recording,  -- as columns/life.sql
       al.image_url is not null as has_cover,
       (select h.hidden_id from insights.hidden h
         where h.listener_id = %(listener_id)s and h.track_key = t.track_key) as hidden_id,
       exists (select from insights.hidden h
                where h.listener_id = %(listener_id)s and h.artist_key in (t.artist_key, a.artist_key)) as artist_is_hidden
from star.track_dim t
left join insights.alias same
       on same.listener_id = %(listener_id)s and same.kind = 'artist' and same.from_key = t.artist_key
join star.artist_dim a on a.artist_key = coalesce(same.to_key, t.artist_key)
left join star.album_dim al using (album_key)
where t.track_key = %(key)s

-- name: album
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

-- name: guests
-- The credited artists of a track after the main one, as the listener's aliases have them.
with credited as (
    select ta.position, t.artist_key as main_key, ta.artist_key
    from star.track_artist ta
    join star.track_dim t using (track_key)
    where ta.track_key = %(key)s and ta.position > 0 and ta.artist_key <> t.artist_key
)
select a.artist_key, a.artist_name
from credited c
left join insights.alias same
       on same.listener_id = %(listener_id)s and same.kind = 'artist' and same.from_key = c.artist_key
left join insights.alias main
       on main.listener_id = %(listener_id)s and main.kind = 'artist' and main.from_key = c.main_key
join star.artist_dim a on a.artist_key = coalesce(same.to_key, c.artist_key)
where a.artist_key <> coalesce(main.to_key, c.main_key)
group by a.artist_key
order by min(c.position)
