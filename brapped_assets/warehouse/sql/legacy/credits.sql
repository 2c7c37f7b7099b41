-- The credits of tracks that have none yet: the main artist, then the featured ones. The track's payload replaces them.
with told as (
    select t.track_key, t.artist_key, max(l.featured collate "C") as featured
    from unnest(%(track_ids)s::text[], %(featured)s::text[]) as l (track_id, featured)
    join star.track_dim t on t.track_ref = l.track_id
    where l.featured is not null and t.payload_key is null
      and not exists (select from star.track_artist ta where ta.track_key = t.track_key)
    group by t.track_key, t.artist_key
),
credit as (
    select told.track_key, artist.artist_key, min(featured.position) as place
    from told
    cross join unnest(string_to_array(told.featured, ', ')) with ordinality as featured (name, position)
    cross join lateral (select a.artist_key from star.artist_dim a where a.artist_name = featured.name and not a.is_nobody
                        order by a.artist_id is null, a.artist_key limit 1) artist
    where artist.artist_key <> told.artist_key
    group by told.track_key, artist.artist_key
)
insert into star.track_artist (track_key, position, artist_key)
select told.track_key, 0, told.artist_key from told
union all
select c.track_key, row_number() over (partition by c.track_key order by c.place)::smallint, c.artist_key from credit c
on conflict (track_key, position) do nothing
