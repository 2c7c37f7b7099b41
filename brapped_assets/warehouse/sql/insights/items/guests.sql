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
