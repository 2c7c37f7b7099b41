insert into insights.hidden_time (listener_id, from_at, until_at, track_key, hidden_at, why)
select %(listener_id)s, told.from_at, told.until_at, t.track_key, told.hidden_at, told.why
from jsonb_to_recordset(%(records)s::jsonb)
     as told (from_at timestamptz, until_at timestamptz, track_ref text, hidden_at timestamptz, why text)
left join star.track_dim t on t.track_ref = told.track_ref
where told.track_ref is null or t.track_key is not null
order by told.hidden_at
on conflict do nothing
