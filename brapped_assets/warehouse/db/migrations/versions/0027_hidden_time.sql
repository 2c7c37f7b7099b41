-- One play, or a stretch of time, is kept out of statistics. A play is known by its END and its track: plays are merged again.
create table insights.hidden_time (
    hidden_time_id int generated always as identity primary key,
    listener_id    int not null references audit.listener on delete cascade,
    from_at        timestamptz not null,
    until_at       timestamptz not null,
    track_key      int,
    hidden_at      timestamptz not null,
    check (isfinite(from_at) and isfinite(until_at) and from_at < until_at)
);
create unique index hidden_time_once on insights.hidden_time (listener_id, from_at, until_at, track_key) nulls not distinct;
comment on table insights.hidden_time is
    'One row per stretch of time, or per play, that a listener keeps out of the statistics.';
comment on column insights.hidden_time.hidden_time_id is 'Key of the row.';
comment on column insights.hidden_time.listener_id is 'Whose statistics.';
comment on column insights.hidden_time.from_at is 'Plays whose END (UTC) is this one or later.';
comment on column insights.hidden_time.until_at is 'Plays whose END (UTC) is earlier than this; of one play, its END and a microsecond.';
comment on column insights.hidden_time.track_key is 'Of this track alone; null: whatever was played.';
comment on column insights.hidden_time.hidden_at is 'Since when (UTC).';

create or replace view bi.shown_plays as
select p.*
from bi.plays p
where p.incognito is not true
  and not exists (select from star.streaming_fact r where r.play_key = p.play_key and r.repeat_of is not null)
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.track_key = p.track_key)
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.artist_key = p.artist_key)
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.context_uri = p.context_uri)
  and not exists (select from insights.hidden_time h
                   where h.listener_id = p.listener_id and p.played_at >= h.from_at and p.played_at < h.until_at
                     and (h.track_key is null or h.track_key = p.track_key));
