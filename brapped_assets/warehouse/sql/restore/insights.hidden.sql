insert into insights.hidden (listener_id, artist_key, track_key, context_uri, hidden_at, why)
select %(listener_id)s, a.artist_key, t.track_key, told.context_uri, told.hidden_at, told.why
from jsonb_to_recordset(%(records)s::jsonb)
     as told (artist_id text, artist_name text, track_ref text, context_uri text, hidden_at timestamptz, why text)
left join lateral star.artist_of(star.somebodys_id(told.artist_id, told.artist_name),
                                 case when told.artist_name is not null then star.somebody(told.artist_name) end) a on true
left join star.track_dim t on t.track_ref = told.track_ref
where num_nonnulls(a.artist_key, t.track_key, told.context_uri) = 1
order by told.hidden_at
on conflict do nothing
