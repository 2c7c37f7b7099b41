-- name: choose_rule
-- For a listener there is.
insert into insights.counting_rule (listener_id, rule, chosen_at)
select l.listener_id, %(rule)s, %(now)s from audit.listener l where l.listener_id = %(listener_id)s
on conflict (listener_id) do update set rule = excluded.rule, chosen_at = excluded.chosen_at
where counting_rule.rule <> excluded.rule
