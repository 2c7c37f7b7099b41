-- name: vouched
-- Stretches of local days that somebody vouches for, as known whole: files of exports, and polls (their open gaps are no less
-- among them).
select date_trunc('day', star.local_time(v.since, held.moves, held.zones)) as since,
       date_trunc('day', star.local_time(v.until, held.moves, held.zones)) + interval '1 day' as until
from audit.zones_of(%(listener_id)s) held
cross join (
    select lower(c.covered) as since, upper(c.covered) as until
    from audit.coverage c where c.listener_id = %(listener_id)s and not isempty(c.covered)
    union all
    select l.collected_since, greatest(l.collected_since, (select max(p.polled_at) from audit.poll p
                                                            where p.listener_id = l.listener_id))
    from audit.listener l where l.listener_id = %(listener_id)s and l.collected_since is not null
) v
