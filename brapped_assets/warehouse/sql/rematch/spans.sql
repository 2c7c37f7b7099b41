-- Each stretch of time with plays of more than one source, from silence to silence: outwards until no row lies around
-- the last. Around is twice the reach and the drift: a row stands at its polled instant, its other halves may lie a reach
-- (exports) or the drift (old tables) away, and theirs partners as far again.
with recursive stretch as (
    select s.number, s.first_at, s.last_at
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) with ordinality as s (first_at, last_at, number)
    cross join lateral (
        select exists (select from star.streaming_fact f
                        where f.listener_id = %(listener_id)s and f.api_at is not null
                          and f.api_at between s.first_at - %(around)s and s.last_at + %(around)s) as api,
               exists (select from star.streaming_fact f
                        where f.listener_id = %(listener_id)s and f.legacy_at is not null
                          and f.legacy_at between s.first_at - %(around)s and s.last_at + %(around)s) as legacy
        offset 0
    ) told
    where (told.api and told.legacy)
       or ((told.api or told.legacy)
           and exists (select from star.streaming_fact f
                        where f.listener_id = %(listener_id)s and f.export_at is not null
                          and f.played_at between s.first_at - %(around)s and s.last_at + %(around)s))
),
before (number, at) as (
    select number, first_at from stretch
    union all
    select b.number, (select min(f.played_at) from star.streaming_fact f
                       where f.listener_id = %(listener_id)s
                         and f.played_at < b.at and f.played_at >= b.at - %(around)s)
    from before b where b.at is not null
),
after (number, at) as (
    select number, last_at from stretch
    union all
    select a.number, (select max(f.played_at) from star.streaming_fact f
                       where f.listener_id = %(listener_id)s
                         and f.played_at > a.at and f.played_at <= a.at + %(around)s)
    from after a where a.at is not null
)
select (select min(b.at) from before b where b.number = s.number) as first_at,
       (select max(a.at) from after a where a.number = s.number) as last_at
from stretch s
order by first_at
