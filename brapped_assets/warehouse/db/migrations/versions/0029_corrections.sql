-- What is corrected says why.
alter table insights.hidden add column why text check (char_length(why) between 1 and 200);
alter table insights.hidden_time add column why text check (char_length(why) between 1 and 200);
comment on column insights.hidden.why is 'In the listener''s words; null: they gave no reason.';
comment on column insights.hidden_time.why is 'In the listener''s words; null: they gave no reason.';

-- Artists and tracks that are the same to a listener. No alias leads to another: each is one step from what it stands for.
create table insights.alias (
    alias_id    int generated always as identity primary key,
    listener_id int not null references audit.listener on delete cascade,
    kind        text not null check (kind in ('artist', 'track')),
    from_key    int not null,
    to_key      int not null,
    aliased_at  timestamptz not null,
    why         text check (char_length(why) between 1 and 200),
    unique (listener_id, kind, from_key),
    check (from_key <> to_key)
);
comment on table insights.alias is
    'One row per artist, or track, that a listener counts as another: statistics go by it, what was heard stays.';
comment on column insights.alias.alias_id is 'Key of the row.';
comment on column insights.alias.listener_id is 'Whose statistics.';
comment on column insights.alias.kind is 'What the keys are of: `artist` or `track`.';
comment on column insights.alias.from_key is 'What was heard.';
comment on column insights.alias.to_key is 'As what it counts; itself no alias.';
comment on column insights.alias.aliased_at is 'Since when (UTC).';
comment on column insights.alias.why is 'In the listener''s words; null: they gave no reason.';

create function insights.in_one_step() returns trigger language plpgsql as $$
begin
    -- One at a time: two at once could make two steps.
    perform pg_advisory_xact_lock(8271404, new.listener_id);
    new.to_key := coalesce((select a.to_key from insights.alias a
                             where a.listener_id = new.listener_id and a.kind = new.kind and a.from_key = new.to_key), new.to_key);
    if new.to_key = new.from_key
       or exists (select from insights.alias a
                   where a.listener_id = new.listener_id and a.kind = new.kind and a.from_key = new.from_key) then
        return null;
    end if;
    update insights.alias a set to_key = new.to_key
    where a.listener_id = new.listener_id and a.kind = new.kind and a.to_key = new.from_key;
    return new;
end $$;
comment on function insights.in_one_step is
    'Has an alias, and those of what it is of, lead to the end at once; one that would lead back to itself, or a second of the same, is left out.';
create trigger in_one_step before insert on insights.alias for each row execute function insights.in_one_step();

-- A stretch of time that is not offered for hiding again.
create table insights.heard_time (
    heard_time_id int generated always as identity primary key,
    listener_id   int not null references audit.listener on delete cascade,
    from_at       timestamptz not null,
    until_at      timestamptz not null,
    said_at       timestamptz not null,
    check (isfinite(from_at) and isfinite(until_at) and from_at < until_at),
    unique (listener_id, from_at, until_at)
);
comment on table insights.heard_time is
    'One row per stretch of time of which a listener says that they did listen: it is not offered for hiding again.';
comment on column insights.heard_time.heard_time_id is 'Key of the row.';
comment on column insights.heard_time.listener_id is 'Whose plays.';
comment on column insights.heard_time.from_at is 'END (UTC) of the first play.';
comment on column insights.heard_time.until_at is 'END (UTC) of the last play and a microsecond.';
comment on column insights.heard_time.said_at is 'Since when (UTC).';

create or replace view bi.shown_plays as
select p.play_key, p.listener_id, p.played_at, p.played_at_local, p.played_on, p.played_hour,
       t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_id, a.artist_name,
       al.album_id, al.album_name, t.duration_ms, p.ms_played, p.ms_played_basis, p.counts_as_play,
       p.skipped, p.shuffle, p.offline, p.incognito, p.platform, p.country, p.reason_start, p.reason_end,
       p.context_type, p.context_uri, p.source
from bi.plays p
left join insights.alias same_track
       on same_track.listener_id = p.listener_id and same_track.kind = 'track' and same_track.from_key = p.track_key
join star.track_dim t on t.track_key = coalesce(same_track.to_key, p.track_key)
left join insights.alias same_artist
       on same_artist.listener_id = p.listener_id and same_artist.kind = 'artist' and same_artist.from_key = t.artist_key
join star.artist_dim a on a.artist_key = coalesce(same_artist.to_key, t.artist_key)
left join star.album_dim al on al.album_key = t.album_key
where p.incognito is not true
  and not exists (select from star.streaming_fact r where r.play_key = p.play_key and r.repeat_of is not null)
  -- Hidden is what was heard, and what it counts as.
  and not exists (select from insights.hidden h
                   where h.listener_id = p.listener_id and h.track_key in (p.track_key, t.track_key))
  and not exists (select from insights.hidden h
                   where h.listener_id = p.listener_id and h.artist_key in (p.artist_key, a.artist_key))
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.context_uri = p.context_uri)
  and not exists (select from insights.hidden_time h
                   where h.listener_id = p.listener_id and p.played_at >= h.from_at and p.played_at < h.until_at
                     and (h.track_key is null or h.track_key = p.track_key));
comment on view bi.shown_plays is
    'One row per play that statistics speak of, with the columns of bi.plays: not in a private session, no impossible repeat, nothing of it hidden by its listener; artist and track as the listener''s aliases have them.';
