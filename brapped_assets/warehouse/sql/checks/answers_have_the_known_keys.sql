-- The early warning that Spotify changed.
select key, kind, count(*)::int as polls, max(polled_at) as last_at
from audit.poll p
cross join lateral (select unnest(p.keys_missing) as key, 'missing' as kind
                    union all select unnest(p.keys_new), 'new') as odd
where p.polled_at > %(now)s::timestamptz - interval '24 hours'
group by key, kind
order by kind, key
