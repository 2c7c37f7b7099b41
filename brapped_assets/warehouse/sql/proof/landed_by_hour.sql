-- One row per asked hour, over all listeners. An hour is vouched for when everything played in it is known: collecting
-- had begun and no open gap touches it, or an import covers it.
with known as (
    select case when l.collected_since is null then '{}' else tstzmultirange(tstzrange(l.collected_since, null)) end
           - coalesce((select range_agg(tstzrange(g.gap_start, g.gap_end)) from bi.coverage_gaps g
                        where g.listener_id = l.listener_id and g.closed_at is null), '{}')
           + coalesce((select range_agg(c.covered) from audit.coverage c where c.listener_id = l.listener_id), '{}')
           as times
    from audit.listener l
)
select h.hour,
       -- Listener by listener, as the index has them.
       (select count(*) from audit.listener l
        cross join lateral (select from raw.recently_played r
                             where r.listener_id = l.listener_id
                               and r.played_at >= h.hour and r.played_at < h.hour + interval '1 hour'
                             offset 0) r)::int as plays,
       not exists (select from known
                    where not known.times @> tstzrange(h.hour, h.hour + interval '1 hour')) as is_vouched_for
from unnest(%(hours)s::timestamptz[]) as h (hour)
order by h.hour
