-- Each stretch of time that has polled and exported plays, from silence to silence: outwards until no row lies within
-- reach of the last. Twice the reach, for a matched row stands at its polled instant and its exported one may lie as far
-- again.
with recursive stretch as (
    select s.number, s.first_at, s.last_at
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) with ordinality as s (first_at, last_at, number)
    where exists (select from star.streaming_fact f
                   where f.listener_id = %(listener_id)s and f.api_at is not null
                     and f.api_at between s.first_at - 2 * %(reach)s and s.last_at + 2 * %(reach)s)
      and exists (select from star.streaming_fact f
                   where f.listener_id = %(listener_id)s and f.export_at is not null
                     and f.played_at between s.first_at - 2 * %(reach)s and s.last_at + 2 * %(reach)s)
),
before (number, at) as (
    select number, first_at from stretch
    union all
    select b.number, (select min(f.played_at) from star.streaming_fact f
                       where f.listener_id = %(listener_id)s
                         and f.played_at < b.at and f.played_at >= b.at - 2 * %(reach)s)
    from before b where b.at is not null
),
after (number, at) as (
    select number, last_at from stretch
    union all
    select a.number, (select max(f.played_at) from star.streaming_fact f
                       where f.listener_id = %(listener_id)s
                         and f.played_at > a.at and f.played_at <= a.at + 2 * %(reach)s)
    from after a where a.at is not null
)
select (select min(b.at) from before b where b.number = s.number) as first_at,
       (select max(a.at) from after a where a.number = s.number) as last_at
from stretch s
order by first_at
