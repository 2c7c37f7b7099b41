insert into star.track_artist (track_key, position, artist_key)
select t.track_key, told.position, coalesce(a.artist_key, named.artist_key)
from jsonb_to_recordset(%(records)s::jsonb) as told (track_ref text, "position" smallint, artist_id text, artist_name text)
join star.track_dim t using (track_ref)
cross join lateral (select star.somebodys_id(told.artist_id, told.artist_name) as id, star.somebody(told.artist_name) as name) artist
left join star.artist_dim a on a.artist_id = artist.id
left join star.artist_dim named on artist.id is null and named.artist_id is null and named.artist_name = artist.name
where coalesce(a.artist_key, named.artist_key) is not null
order by t.track_key, told.position
on conflict (track_key, position) do nothing
