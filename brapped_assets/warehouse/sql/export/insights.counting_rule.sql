select jsonb_build_object('rule', c.rule, 'chosen_at', c.chosen_at) as record
from insights.counting_rule c
where c.listener_id = %(listener_id)s
