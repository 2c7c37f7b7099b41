select to_jsonb(a) - '{artist_key,search_name,is_nobody}'::text[] as record
from star.artist_dim a
where a.artist_id is not null and a.artist_key in (select star.artists_of(%(listener_id)s))
order by a.artist_key
