-- One life is told in several dialects: offline plays with stamps in ms or in s, and in account data to the minute of the
-- play or of its upload. And some plays cannot have been heard.

create function star.end_to_the_second(ended_at timestamptz, ms_played int) returns timestamptz
language sql stable parallel safe
return case when ended_at = date_trunc('second', ended_at, 'UTC') then ended_at
            else date_trunc('second', ended_at - ms_played * interval '1 millisecond', 'UTC')
                 + ms_played * interval '1 millisecond' end;
comment on function star.end_to_the_second is
    'END of an offline play whose start is cut to the second; a whole second is the time of an export''s row as it stands.';

create table raw.account_play (
    listener_id      int not null references audit.listener on delete cascade,
    played_minute    timestamptz not null,
    export_track_key int not null references raw.export_track,
    ms_played        int not null check (ms_played >= 0),
    times            smallint not null check (times > 0),
    primary key (listener_id, played_minute, export_track_key, ms_played)
);
-- Whoever removes a track as told asks for its plays.
create index account_play_by_track on raw.account_play (export_track_key);
comment on table raw.account_play is
    'One row per minute, track and milliseconds that account data tells of, whole; what extended history does not tell is in the fact.';
comment on column raw.account_play.listener_id is 'Whose play.';
comment on column raw.account_play.played_minute is 'Minute of the END (UTC), or of the upload of an offline play.';
comment on column raw.account_play.export_track_key is 'The track as told: raw.export_track.';
comment on column raw.account_play.ms_played is 'Milliseconds listened, as reported.';
comment on column raw.account_play.times is 'How often one file tells of it: the most of all files.';

alter table star.streaming_fact
    add column uploaded_at timestamptz,
    add column repeat_of bigint;
comment on column star.streaming_fact.uploaded_at is
    'The export''s half: when an offline play was uploaded (UTC), where that is long after its END; null otherwise.';
comment on column star.streaming_fact.repeat_of is
    'The counted play that ended so shortly before that this one cannot have been heard; null: it counts.';
create index streaming_fact_uploaded on star.streaming_fact (listener_id, uploaded_at) where uploaded_at is not null;
create index streaming_fact_repeats on star.streaming_fact (listener_id, played_at) where repeat_of is not null;

-- What is stored: account data as it was told, as far as the fact still says it.
insert into raw.account_play (listener_id, played_minute, export_track_key, ms_played, times)
select f.listener_id, date_trunc('minute', f.export_at, 'UTC'), f.export_track_key, f.export_ms, count(*)
from star.streaming_fact f where f.in_account
group by 1, 2, 3, 4;
update star.streaming_fact set in_account = false where in_account and in_extended;

-- Of each offline play one END. `side`: whether the row has it already; of each side as many rows as its files told.
create temporary table told on commit drop as
select n.*, row_number() over (partition by n.listener_id, n.track_ref, n.export_ms, n.ended_at, n.side
                               order by n.api_at is null, n.legacy_at is null, n.export_at, n.export_nth, n.play_key) as place
from (select f.play_key, f.listener_id, x.track_ref, f.export_ms, f.export_at, f.export_nth, f.api_at, f.legacy_at,
             e.ended_at, f.export_at = e.ended_at as side,
             bool_or(f.export_at <> e.ended_at)
                 over (partition by f.listener_id, x.track_ref, f.export_ms, e.ended_at) as is_mixed
      from star.streaming_fact f
      join raw.export_track x using (export_track_key)
      cross join lateral (select star.end_to_the_second(f.export_at, f.export_ms) as ended_at) e
      where f.in_extended) n
where n.is_mixed;

create temporary table one on commit drop as
select distinct on (t.listener_id, t.track_ref, t.export_ms, t.ended_at, t.place)
       t.play_key, t.listener_id, t.track_ref, t.export_ms, t.ended_at, t.place
from told t
order by t.listener_id, t.track_ref, t.export_ms, t.ended_at, t.place, t.api_at is null, t.legacy_at is null, t.play_key;

-- Two exports may tell a detail differently: the greater counts.
with detail as (
    select one.play_key, one.ended_at, one.place, max(platform.label) as platform, max(country.label) as country,
           max(reason_start.label) as reason_start, max(reason_end.label) as reason_end, bool_or(f.shuffle) as shuffle,
           bool_or(f.skipped) as skipped, bool_or(f.offline) as offline, bool_or(f.incognito) as incognito
    from one
    join told t on t.listener_id = one.listener_id and t.track_ref = one.track_ref and t.export_ms = one.export_ms
               and t.ended_at = one.ended_at and t.place = one.place
    join star.streaming_fact f on f.play_key = t.play_key
    left join star.play_label platform on platform.label_key = f.platform_key
    left join star.play_label country on country.label_key = f.country_key
    left join star.play_label reason_start on reason_start.label_key = f.reason_start_key
    left join star.play_label reason_end on reason_end.label_key = f.reason_end_key
    group by one.play_key, one.ended_at, one.place
)
update star.streaming_fact f
   set export_at = d.ended_at, export_nth = d.place,
       played_at = coalesce(f.api_at, f.legacy_at, d.ended_at),
       played_at_local = star.local_time(coalesce(f.api_at, f.legacy_at, d.ended_at), z.moves, z.zones),
       platform_key = (select label_key from star.play_label where label = d.platform),
       country_key = (select label_key from star.play_label where label = d.country),
       reason_start_key = (select label_key from star.play_label where label = d.reason_start),
       reason_end_key = (select label_key from star.play_label where label = d.reason_end),
       shuffle = d.shuffle, skipped = d.skipped, offline = d.offline, incognito = d.incognito
  from detail d,
       (select l.listener_id, lived.moves, lived.zones from audit.listener l, audit.zones_of(l.listener_id) lived) z
 where f.play_key = d.play_key and z.listener_id = f.listener_id;

-- The other rows of the same plays.
create temporary table surplus on commit drop as
select t.play_key from told t where not exists (select from one where one.play_key = t.play_key);

-- Account data may have told of an offline play by its upload. Where extended history tells of that time there is no other
-- play: the latest offline play of that title and length that ended before, in the month that Spotify allows, is it.
do $$
declare
    account record;
    offline_key bigint;
begin
    for account in
        select a.play_key, a.listener_id, a.export_at, a.export_ms, x.title
        from star.streaming_fact a join raw.export_track x using (export_track_key)
        where a.in_account
          and exists (select from audit.import_file i
                       where i.listener_id = a.listener_id and i.kind = 'extended'
                         and a.export_at between i.first_at and i.last_at)
        order by a.listener_id, a.export_at, a.play_key
    loop
        select f.play_key into offline_key
        from star.streaming_fact f join raw.export_track x using (export_track_key)
        where f.listener_id = account.listener_id and f.in_extended and f.offline and f.uploaded_at is null
          and f.export_ms = account.export_ms and x.title = account.title
          and f.played_at between account.export_at - interval '31 days' and account.export_at
          and f.export_at < account.export_at - interval '9 minutes'
          and date_trunc('second', f.export_at - f.export_ms * interval '1 millisecond', 'UTC')
              = f.export_at - f.export_ms * interval '1 millisecond'
          and f.play_key not in (select s.play_key from surplus s)
        order by f.export_at desc, f.play_key
        limit 1;
        if found then
            update star.streaming_fact set uploaded_at = account.export_at where play_key = offline_key;
            insert into surplus values (account.play_key);
        end if;
    end loop;
end $$;

delete from star.streaming_fact f using surplus s
where f.play_key = s.play_key and f.api_at is null and f.legacy_at is null;
update star.streaming_fact f
   set export_at = null, uploaded_at = null, export_track_key = null, export_ms = null, export_nth = null,
       in_extended = false, in_account = false, platform_key = null, country_key = null, reason_start_key = null,
       reason_end_key = null, shuffle = null, skipped = null, offline = null, incognito = null, is_estimated = true
  from surplus s where f.play_key = s.play_key;

-- What lost its measured half, or the row before it, is estimated again, as by merge/estimates.sql.
with estimate as (
    select f.play_key,
           least(coalesce(f.api_duration_ms, l.duration_ms, 30000),
                 greatest(30000, coalesce(extract(epoch from f.played_at - previous.played_at) * 1000, 2147483647))
           )::int as ms_played
    from star.streaming_fact f
    left join raw.legacy_track l using (legacy_track_key)
    cross join lateral (select max(p.played_at) as played_at from star.streaming_fact p
                         where p.listener_id = f.listener_id and p.played_at < f.played_at) previous
    where f.is_estimated and exists (select from surplus)
)
update star.streaming_fact f set ms_played = e.ms_played
from estimate e where f.play_key = e.play_key and f.ms_played <> e.ms_played;

-- Impossible repeats, as warehouse/merge/repeats.py finds them.
do $$
declare
    play record;
    counted_key bigint;
    counted_end timestamptz;
    counted_in_account boolean;
begin
    for play in
        with report as (
            select f.play_key, f.listener_id, f.is_estimated, f.ms_played, f.in_account, f.played_at,
                   f.api_at, f.legacy_at, f.export_nth, coalesce(f.export_at, f.played_at) as ended_at,
                   case when f.is_estimated then f.track_key::text else x.track_ref end as track,
                   case when not f.is_estimated then f.ms_played end as length
            from star.streaming_fact f left join raw.export_track x using (export_track_key)
            where f.ms_played >= 1000
        ),
        followed as (
            select r.*, r.ended_at - lag(r.ended_at) over (partition by r.listener_id, r.is_estimated, r.track, r.length
                                                           order by r.ended_at) as since
            from report r
        ),
        suspect as (
            select distinct f.listener_id, f.is_estimated, f.track, f.length from followed f
            where f.since <= f.ms_played * interval '1 millisecond'
        )
        select f.*, row_number() over (partition by f.listener_id, f.is_estimated, f.track, f.length
                                       order by f.ended_at, f.played_at, f.api_at is null, f.legacy_at is null, f.export_nth)
                        as place
        from followed f
        join suspect s on s.listener_id = f.listener_id and s.is_estimated = f.is_estimated and s.track = f.track
                      and s.length is not distinct from f.length
        order by f.listener_id, f.is_estimated, f.track, f.length, place
    loop
        if play.place > 1 and play.ended_at - counted_end
               + (case when play.in_account or counted_in_account then interval '1 minute' else interval '1 second' end)
               <= play.ms_played * interval '1 millisecond' then
            update star.streaming_fact set repeat_of = counted_key where play_key = play.play_key;
        else
            counted_key := play.play_key;
            counted_end := play.ended_at;
            counted_in_account := play.in_account;
        end if;
    end loop;
end $$;

-- Without plays nothing has changed.
delete from insights.changed where not exists (select from star.streaming_fact);

-- What counts.
create or replace view insights.shown_play as
select f.play_key, f.listener_id, f.played_at, f.played_at_local, f.played_on, f.played_hour::int as played_hour,
       f.track_key, f.ms_played, f.ms_played >= 30000 as counts, f.is_estimated, f.skipped, f.shuffle, f.offline,
       f.platform_key, f.country_key, f.in_extended
from star.streaming_fact f
where f.incognito is not true
  and f.repeat_of is null
  and not exists (select from insights.hidden h where h.listener_id = f.listener_id and h.track_key = f.track_key)
  and not exists (select from insights.hidden h join star.track_dim t on t.artist_key = h.artist_key
                   where h.listener_id = f.listener_id and t.track_key = f.track_key)
  and not exists (select from insights.hidden h join raw.context c using (context_uri)
                   where h.listener_id = f.listener_id and c.context_key = f.api_context_key);
comment on view insights.shown_play is
    'One row per play that statistics may speak of: not in a private session, not hidden, not an impossible repeat. `counts`: 30 s and more.';

create or replace view bi.plays as
select f.play_key, f.listener_id, f.played_at, f.played_at_local, f.played_on, f.played_hour::int as played_hour,
       t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_id, a.artist_name,
       al.album_id, al.album_name, t.duration_ms, f.ms_played,
       case when f.is_estimated then 'estimated' else 'reported' end as ms_played_basis,
       f.ms_played >= 30000 and f.repeat_of is null as counts_as_play,
       f.skipped, f.shuffle, f.offline, f.incognito,
       platform.label as platform, country.label as country,
       reason_start.label as reason_start, reason_end.label as reason_end,
       c.context_type, c.context_uri,
       case when f.api_at is not null and f.export_at is not null then 'both'
            when f.api_at is not null then 'api'
            when f.export_at is not null then 'export'
            else 'legacy' end as source
from star.streaming_fact f
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
left join star.album_dim al using (album_key)
left join raw.context c on c.context_key = f.api_context_key
left join star.play_label platform on platform.label_key = f.platform_key
left join star.play_label country on country.label_key = f.country_key
left join star.play_label reason_start on reason_start.label_key = f.reason_start_key
left join star.play_label reason_end on reason_end.label_key = f.reason_end_key;
comment on column bi.plays.counts_as_play is
    'True from 30,000 ms on, but for impossible repeats: the same track, as long, ended so shortly before that it cannot have been heard.';

create or replace view bi.shown_plays as
select p.*
from bi.plays p
where p.incognito is not true
  and not exists (select from star.streaming_fact r where r.play_key = p.play_key and r.repeat_of is not null)
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.track_key = p.track_key)
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.artist_key = p.artist_key)
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.context_uri = p.context_uri);
comment on view bi.shown_plays is
    'One row per play that statistics speak of, with the columns of bi.plays: not in a private session, no impossible repeat, and nothing of it hidden by its listener.';
comment on column bi.shown_plays.counts_as_play is 'True from 30,000 ms on.';
