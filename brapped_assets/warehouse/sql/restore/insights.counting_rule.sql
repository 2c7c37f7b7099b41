insert into insights.counting_rule (listener_id, rule, chosen_at)
select %(listener_id)s, told.rule, told.chosen_at
from jsonb_to_recordset(%(records)s::jsonb) as told (rule text, chosen_at timestamptz)
on conflict do nothing
