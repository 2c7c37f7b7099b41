-- What was forgotten since had landed, too.
select exists (select from raw.recently_played where listener_id = %(listener_id)s)
    or exists (select from audit.rejected_row where listener_id = %(listener_id)s and source = 'poll')
    or exists (select from audit.listener l where l.listener_id = %(listener_id)s
                and l.collected_since is not null and l.forgotten_before is not null) as has_landed
