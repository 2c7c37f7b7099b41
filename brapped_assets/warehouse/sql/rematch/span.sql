-- From silence to silence: outwards from what is new until no row lies within reach of the last. Twice the reach, for
-- a matched row stands at its polled instant and its exported one may lie as far again.
with recursive before (at) as (
    select %(first_at)s::timestamptz
    union all
    select (select min(f.played_at) from star.streaming_fact f
             where f.listener_id = %(listener_id)s and f.played_at < b.at and f.played_at >= b.at - 2 * %(reach)s)
    from before b where b.at is not null
),
after (at) as (
    select %(last_at)s::timestamptz
    union all
    select (select max(f.played_at) from star.streaming_fact f
             where f.listener_id = %(listener_id)s and f.played_at > a.at and f.played_at <= a.at + 2 * %(reach)s)
    from after a where a.at is not null
)
select (select min(at) from before) as first_at, (select max(at) from after) as last_at
