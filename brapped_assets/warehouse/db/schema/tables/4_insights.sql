-- What a listener chose: hidden, aliases, a rule of counting. All of it can be taken back, and changes no fact.

create table insights.hidden (
    hidden_id   int generated always as identity primary key,
    listener_id int not null references audit.listener on delete cascade,
    artist_key  int,
    track_key   int,
    context_uri text,
    hidden_at   timestamptz not null,
    why         text check (char_length(why) between 1 and 200),
    check (num_nonnulls(artist_key, track_key, context_uri) = 1)
);
create unique index hidden_once on insights.hidden (listener_id, artist_key, track_key, context_uri) nulls not distinct;
comment on table insights.hidden is 'One row per artist, track or context that a listener keeps out of the statistics.';
comment on column insights.hidden.hidden_id is 'Key of the row.';
comment on column insights.hidden.listener_id is 'Whose statistics.';
comment on column insights.hidden.artist_key is 'A main artist, with all their tracks.';
comment on column insights.hidden.track_key is 'A track.';
comment on column insights.hidden.context_uri is 'Whatever was played from this album, playlist or artist.';
comment on column insights.hidden.hidden_at is 'Since when (UTC).';
comment on column insights.hidden.why is 'In the listener''s words; null: they gave no reason.';

-- One play, or a stretch of time, is kept out of statistics. A play is known by its END and its track: plays are merged again.
create table insights.hidden_time (
    hidden_time_id int generated always as identity primary key,
    listener_id    int not null references audit.listener on delete cascade,
    from_at        timestamptz not null,
    until_at       timestamptz not null,
    track_key      int,
    hidden_at      timestamptz not null,
    why            text check (char_length(why) between 1 and 200),
    check (isfinite(from_at) and isfinite(until_at) and from_at < until_at)
);
create unique index hidden_time_once on insights.hidden_time (listener_id, from_at, until_at, track_key) nulls not distinct;
comment on table insights.hidden_time is
    'One row per stretch of time, or per play, that a listener keeps out of the statistics.';
comment on column insights.hidden_time.hidden_time_id is 'Key of the row.';
comment on column insights.hidden_time.listener_id is 'Whose statistics.';
comment on column insights.hidden_time.from_at is 'Plays whose END (UTC) is this one or later.';
comment on column insights.hidden_time.until_at is
    'Plays whose END (UTC) is earlier than this; of one play, its END and a microsecond.';
comment on column insights.hidden_time.track_key is 'Of this track alone; null: whatever was played.';
comment on column insights.hidden_time.hidden_at is 'Since when (UTC).';
comment on column insights.hidden_time.why is 'In the listener''s words; null: they gave no reason.';

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

-- Artists and tracks that are the same to a listener. No alias leads to another: each is one step from what it stands for
-- (functions/names.sql).
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

-- By which rule plays count for a listener who did not leave it at Spotify's.
create table insights.counting_rule (
    listener_id int primary key references audit.listener on delete cascade,
    rule        text not null check (rule in ('spotify', 'lastfm', 'finished', 'all')),
    chosen_at   timestamptz not null
);
comment on table insights.counting_rule is
    'One row per listener who chose by which rule plays count on the pages; the bi views stay at 30 seconds.';
comment on column insights.counting_rule.listener_id is 'Who chose.';
comment on column insights.counting_rule.rule is
    'spotify: 30 seconds; lastfm: half of the song, or 4 minutes; finished: played to the end; all: every play.';
comment on column insights.counting_rule.chosen_at is 'Since when (UTC).';
