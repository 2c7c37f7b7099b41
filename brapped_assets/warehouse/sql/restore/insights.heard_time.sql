insert into insights.heard_time (listener_id, from_at, until_at, said_at)
select %(listener_id)s, told.from_at, told.until_at, told.said_at
from jsonb_to_recordset(%(records)s::jsonb) as told (from_at timestamptz, until_at timestamptz, said_at timestamptz)
order by told.said_at
on conflict do nothing
