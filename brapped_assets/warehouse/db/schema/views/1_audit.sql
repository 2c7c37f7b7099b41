-- What the audit derives: the time that imports vouch for, and what two sources say of the same plays.

create or replace view audit.coverage as
with finished as (
    select file_id, listener_id, kind, first_at, last_at, finished_at, regexp_replace(name, '^.*[/\\]', '') as name
    from audit.import_file
    where finished_at is not null and first_at is not null
),
member as (
    select f.*, m.archive, m.running_number, m.met_at,
           -- Without the digits that tell archives of one name apart.
           regexp_replace(m.archive, ' [0-9a-f]{12}$', '') as archive_name,
           -- Two files of one number are from two exports in one folder: neither has a known neighbour.
           count(*) over (partition by f.listener_id, f.kind, m.archive, m.running_number) = 1 as is_only_one
    from finished f join audit.archive_member m using (file_id)
)
(select distinct on (file_id)
        listener_id, tstzrange(first_at, last_at) as covered, finished_at as vouched_at,
        name || ' in ' || archive_name as vouched_by, false as is_joint
 from member
 order by file_id, met_at, archive)
union all
select earlier.listener_id,
       tstzrange(least(earlier.first_at, later.first_at), greatest(earlier.last_at, later.last_at)),
       greatest(earlier.finished_at, later.finished_at, earlier.met_at, later.met_at),
       earlier.name || ' and ' || later.name || ' in ' || earlier.archive_name, true
from member earlier
join member later using (listener_id, kind, archive)
where later.running_number = earlier.running_number + 1 and earlier.is_only_one and later.is_only_one;
comment on view audit.coverage is
    'One row per stretch of time of which an import tells every play: each finished file''s own, and that of each two files of one archive and kind whose numbers follow one another, with what lies between them.';
comment on column audit.coverage.listener_id is 'Whose time.';
comment on column audit.coverage.covered is
    'From the END of the first play (UTC) to that of the last; empty when they are one.';
comment on column audit.coverage.vouched_at is 'When the import finished that told of it.';
comment on column audit.coverage.vouched_by is 'The file or the two files, and the zip or folder they came in.';
comment on column audit.coverage.is_joint is 'Whether it is of two files.';

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
