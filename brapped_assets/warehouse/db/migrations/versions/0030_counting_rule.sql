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
