"""What was heard and watched that is no music, and by which reader a file of an export was read."""

from alembic import op

revision = "0034"
down_revision = "0033"

SCRIPT = """
create table star.spoken_item (
    spoken_item_key int generated always as identity primary key,
    listener_id     int not null,
    item_ref        text not null,
    title           text,
    show_name       text,
    show_uri        text,
    names           text[] not null default '{}',
    unique (listener_id, item_ref)
);
comment on table star.spoken_item is
    'One row per episode, chapter or video that a listener''s exports or polls name.';
comment on column star.spoken_item.spoken_item_key is 'Key of the item.';
comment on column star.spoken_item.listener_id is 'Who heard it.';
comment on column star.spoken_item.item_ref is 'Its Spotify uri; of account data, which tells none, `name:` and names.';
comment on column star.spoken_item.title is 'Title; of several that exports tell, the least; null: none tells one.';
comment on column star.spoken_item.show_name is 'Podcast, audiobook or artist that goes with the title.';
comment on column star.spoken_item.show_uri is 'Spotify uri of the audiobook, where the export tells it.';
comment on column star.spoken_item.names is
    'Every pair of show and title it is told by, in two languages perhaps, with the character 31 between them.';

create table star.spoken_play (
    spoken_key       bigint generated always as identity primary key,
    listener_id      int not null,
    played_at        timestamptz not null,
    played_at_local  timestamp not null,
    spoken_item_key  int not null,
    ms_played        int not null check (ms_played >= 0),
    told_by          text not null check (told_by in ('extended', 'upload', 'account', 'poll')),
    nth              int not null,
    kind             text not null check (kind in ('podcast', 'audiobook', 'video')),
    played_on        date not null generated always as (played_at_local::date) stored,
    played_hour      smallint not null generated always as (extract(hour from played_at_local)::smallint) stored,
    uploaded_at      timestamptz,
    platform_key     int,
    country_key      int,
    reason_start_key int,
    reason_end_key   int,
    shuffle          boolean,
    skipped          boolean,
    offline          boolean,
    incognito        boolean,
    is_told_elsewhere boolean not null default false
);
create unique index spoken_play_once on star.spoken_play
    (listener_id, spoken_item_key, ms_played, played_at, told_by, nth);
create index spoken_play_by_time on star.spoken_play (listener_id, played_at);
create index spoken_play_uploaded on star.spoken_play (listener_id, uploaded_at) where uploaded_at is not null;
create index spoken_play_to_settle on star.spoken_play (listener_id, played_at)
    where told_by <> 'extended' or kind = 'video';
comment on table star.spoken_play is
    'One row per source, episode, chapter or video and END: what was heard or watched and is no music.';
comment on column star.spoken_play.spoken_key is 'Key of the play.';
comment on column star.spoken_play.listener_id is 'Whose play.';
comment on column star.spoken_play.played_at is 'END of the play (UTC), as exactly as its source tells it.';
comment on column star.spoken_play.played_at_local is 'The same in the listener''s zone, without zone.';
comment on column star.spoken_play.spoken_item_key is 'What was heard: star.spoken_item.';
comment on column star.spoken_play.ms_played is 'Milliseconds, as reported; of a polled episode its length.';
comment on column star.spoken_play.told_by is
    'extended; upload: offline, and only its upload is told; account: to the minute; poll: the API.';
comment on column star.spoken_play.nth is
    'Which of the plays of this source, END, item and milliseconds within one file, 1 the first.';
comment on column star.spoken_play.kind is 'podcast, audiobook or video.';
comment on column star.spoken_play.played_on is 'Local day.';
comment on column star.spoken_play.played_hour is 'Local hour, 0 to 23.';
comment on column star.spoken_play.uploaded_at is
    'When an offline play was uploaded (UTC), where that is long after its END; null otherwise.';
comment on column star.spoken_play.platform_key is 'Device, from the export (star.play_label).';
comment on column star.spoken_play.country_key is 'Country of the connection, from the export (star.play_label).';
comment on column star.spoken_play.reason_start_key is 'Why it began, from the export (star.play_label).';
comment on column star.spoken_play.reason_end_key is 'Why it ended, from the export (star.play_label).';
comment on column star.spoken_play.shuffle is 'From the export.';
comment on column star.spoken_play.skipped is 'From the export.';
comment on column star.spoken_play.offline is 'From the export.';
comment on column star.spoken_play.incognito is 'Private session, from the export.';
comment on column star.spoken_play.is_told_elsewhere is
    'A source that knows it better tells of it, or account data tells a video as a play of its track: it counts there.';

alter table audit.import_file add column reader_version int not null default 1;
comment on column audit.import_file.reader_version is
    'Which reader has read it; 1: before episodes, chapters and videos were kept. The newest one reads it again.';
"""


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SCRIPT)
