-- name: totals
select coalesce(sum(matched), 0)::int as matched, coalesce(sum(only_polled), 0)::int as only_polled,
       coalesce(sum(only_exported), 0)::int as only_exported
from audit.reconciliation where listener_id = %(listener_id)s

-- name: differences
-- Exported minus polled END of every matched play of extended history, counted by bins between the edges given.
select bin, count(*)::int as plays
from star.streaming_fact f
cross join lateral (select width_bucket(extract(epoch from f.export_at - coalesce(f.api_at, f.legacy_at))::float8,
                                        %(edges)s::float8[]) as bin) at
where f.listener_id = %(listener_id)s and f.in_extended and coalesce(f.api_at, f.legacy_at) is not null
group by bin

-- name: days
-- The last days up to that of the newest play, those without any play as well.
with newest as (
    select played_on as day from star.streaming_fact
    where listener_id = %(listener_id)s
    order by played_at desc limit 1
),
told as (
    select day, only_polled, matched, only_exported from audit.reconciliation
    where listener_id = %(listener_id)s and day > (select newest.day - %(days)s::int from newest)
)
select d::date as day, coalesce(only_polled, 0)::int as only_polled, coalesce(matched, 0)::int as matched,
       coalesce(only_exported, 0)::int as only_exported
from newest
cross join generate_series(newest.day - %(days)s::int + 1, newest.day, interval '1 day') d
left join told on told.day = d::date
order by d
