-- What two sources say of the same plays, so that the 90 s within which they are matched can be judged on real data.
create or replace view audit.reconciliation as
select f.listener_id, f.played_on as day,
       count(*) filter (where f.polled_at is not null and f.export_at is not null) as matched,
       count(*) filter (where f.export_at is null) as only_polled,
       count(*) filter (where f.polled_at is null) as only_exported,
       count(*) filter (where f.polled_at is null and f.ms_played >= 30000 and f.incognito is not true)
           as only_exported_but_shown,
       avg(extract(epoch from f.export_at - f.polled_at)) filter (where f.in_extended)::float8 as mean_seconds_later,
       max(abs(extract(epoch from f.export_at - f.polled_at))) filter (where f.in_extended)::float8
           as most_seconds_apart
from (select listener_id, played_on, coalesce(api_at, legacy_at) as polled_at, export_at, ms_played, incognito, in_extended
        from star.streaming_fact) f
group by f.listener_id, f.played_on;
comment on view audit.reconciliation is
    'One row per listener and local day: plays told by polls (the old scripts'' too) and exports, by one of them only, and how far apart.';
comment on column audit.reconciliation.matched is 'Plays that a poll and an export told of.';
comment on column audit.reconciliation.only_polled is 'Plays that no export told of (yet).';
comment on column audit.reconciliation.only_exported is
    'Plays that no poll told of: before collecting began, short, private, or missed.';
comment on column audit.reconciliation.only_exported_but_shown is
    'Those among them of 30 s and more and not private: what polling, had it been on, should have seen.';
comment on column audit.reconciliation.mean_seconds_later is
    'Mean of exported minus polled END over the matched plays of extended history, in seconds; account data knows the minute only.';
comment on column audit.reconciliation.most_seconds_apart is 'The greatest distance of the two, in seconds.';
