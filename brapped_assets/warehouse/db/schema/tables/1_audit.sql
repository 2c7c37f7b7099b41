-- The schemas, and the functions that columns are made with: what these return is stored, so whoever changes one has a
-- migration that makes the columns anew.

create schema raw;
create schema star;
create schema bi;
create schema insights;
comment on schema audit is 'The proof: polls, gaps, calls, rejected rows, listeners.';
comment on schema raw is 'What Spotify served, as served, each payload once.';
comment on schema star is 'The star schema: one fact, its dimensions; tables are named as their Dagster assets.';
comment on schema insights is 'What a listener chose about their statistics.';
comment on schema bi is 'The public contract: views for BI tools and notebooks. Everything else may change.';

-- A name as search compares it: no capitals, no accents. Letters that Unicode does not take apart (ø, ß) are told here.
-- Marks that are letters' own, as Devanagari's vowels or the Japanese voiced sign, stay; Hangul falls into its letters, so that
-- a syllable is found while it is typed.
create function star.searchable(name text) returns text language sql immutable parallel safe
return translate(
    replace(replace(replace(replace(
        lower(regexp_replace(normalize(name, NFKD),
            '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u2060\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+',
            '', 'g')),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    'øłđðħıςʻʼ‘’“”', 'olddhiσ''''''''""');
comment on function star.searchable is
    'A name as search compares it: compatibility forms, capitals and accents taken away. Queries go through it too.';

-- Words that stand where no artist is named. An export names the album's artist only, and of a compilation that is nobody.
create function star.name_key(name text) returns text language sql immutable parallel safe
return regexp_replace(star.searchable(name), '[\s\u00ad\u00b7\u2010-\u2015\u2212\u30fb_-]+', '', 'g');
comment on function star.name_key is
    'A name without what spellings differ in: capitals, accents, spaces, hyphens, half and full width.';

-- The one list of them, as people write them. The function gets their keys.
do $$
declare
    keys text[];
begin
    select array_agg(distinct star.name_key(word) order by star.name_key(word)) into keys
    from unnest(array[
        -- English
        'Various Artists', 'Various Artist', 'Various', 'Varied Artists', 'Various Performers', 'V.A.', 'V/A', 'Unknown Artist',
        'Unknown Artists', 'Artist Unknown', 'Unknown', 'No Artist', '<unknown>', '[unknown]', '[unknown artist]', '(unknown)',
        '<unknown artist>', '[no artist]', '[various artists]', '(various artists)',
        -- German, Dutch, Afrikaans
        'Verschiedene Künstler', 'Verschiedene Kuenstler', 'Verschiedene Künstler*innen', 'Verschiedene Künstler:innen',
        'Verschiedene KünstlerInnen', 'Verschiedene Interpreten', 'Verschiedene Interpret*innen',
        'Verschiedene Interpret:innen', 'Verschiedene Artisten', 'Verschiedene', 'Diverse Interpreten', 'Diverse Künstler',
        'Diverse', 'Unbekannter Künstler', 'Unbekannter Interpret', 'Unbekannte Künstler', 'Unbekannt', 'Diverse artiesten',
        'Diverse uitvoerenden', 'Verschillende artiesten', 'Verschillende uitvoerenden', 'Onbekende artiest', 'Onbekend',
        'Verskeie kunstenaars', 'Onbekende kunstenaar',
        -- Danish, Norwegian, Swedish, Finnish, Icelandic
        'Diverse kunstnere', 'Diverse artister', 'Forskellige kunstnere', 'Forskjellige artister', 'Ukendt kunstner',
        'Ukjent artist', 'Blandade artister', 'Diverse artist', 'Flera artister', 'Olika artister', 'Okänd artist',
        'Eri esittäjiä', 'Eri esittäjät', 'Eri artisteja', 'Useita artisteja', 'Useita esittäjiä', 'Tuntematon artisti',
        'Tuntematon esittäjä', 'Ýmsir listamenn', 'Ýmsir flytjendur', 'Óþekktur listamaður', 'Óþekktur flytjandi',
        -- Spanish, Catalan, Galician, Basque, Portuguese
        'Varios Artistas', 'Artistas Varios', 'Varios Intérpretes', 'Intérpretes Varios', 'Diversos Artistas',
        'Artistas Diversos', 'Varios', 'Artista desconocido', 'Desconocido', 'Diversos artistes', 'Artistes diversos',
        'Artista desconegut', 'Artista descoñecido', 'Hainbat artista', 'Artista ezezaguna', 'Vários Artistas',
        'Artistas Vários', 'Vários Intérpretes', 'Intérpretes Vários', 'Vários', 'Artista desconhecido', 'Desconhecido',
        -- French, Italian, Romanian
        'Artistes Divers', 'Divers Artistes', 'Artistes Variés', 'Multi-interprètes', 'Multi-interprète', 'Multi-artistes',
        'Interprètes Divers', 'Divers Interprètes', 'Plusieurs artistes', 'Artiste inconnu', 'Inconnu', 'Artisti Vari',
        'Vari Artisti', 'Artisti Diversi', 'Interpreti Vari', 'Autori Vari', 'AA.VV.', 'Artista sconosciuto', 'Sconosciuto',
        'Diverși artiști', 'Artiști diverși', 'Diverși interpreți', 'Artist necunoscut', 'Necunoscut',
        -- Czech, Slovak, Polish, Hungarian
        'Různí interpreti', 'Různí umělci', 'Různí', 'Neznámý interpret', 'Neznámý umělec', 'Rôzni interpreti',
        'Rôzni umelci', 'Rôzni', 'Neznámy interpret', 'Neznámy umelec', 'Różni wykonawcy', 'Różni artyści', 'Różni',
        'Nieznany wykonawca', 'Nieznany artysta', 'Különböző előadók', 'Különféle előadók', 'Több előadó', 'Vegyes előadók',
        'Válogatás', 'Ismeretlen előadó',
        -- Croatian, Bosnian, Serbian, Slovenian, Estonian, Latvian, Lithuanian, Albanian
        'Razni izvođači', 'Različiti izvođači', 'Razni umjetnici', 'Razni umetnici', 'Nepoznati izvođač',
        'Nepoznat izvođač', 'Различити извођачи', 'Разни извођачи', 'Непознат извођач', 'Različni izvajalci',
        'Razni izvajalci', 'Neznan izvajalec', 'Neznani izvajalec', 'Erinevad esitajad', 'Erinevad artistid',
        'Tundmatu esitaja', 'Dažādi izpildītāji', 'Nezināms izpildītājs', 'Įvairūs atlikėjai', 'Nežinomas atlikėjas',
        'Artistë të ndryshëm',
        -- Russian, Ukrainian, Belarusian, Bulgarian, Macedonian, Greek, Turkish, Azerbaijani, Kazakh
        'Разные исполнители', 'Различные исполнители', 'Разные артисты', 'Неизвестный исполнитель', 'Неизвестный артист',
        'Неизвестен', 'Неизвестно', 'Різні виконавці', 'Різні артисти', 'Невідомий виконавець', 'Розныя выканаўцы',
        'Различни изпълнители', 'Разни изпълнители', 'Неизвестен изпълнител', 'Разни изведувачи', 'Разни артисти',
        'Διάφοροι καλλιτέχνες', 'Διάφοροι ερμηνευτές', 'Διάφοροι', 'Άγνωστος καλλιτέχνης', 'Çeşitli Sanatçılar',
        'Çeşitli', 'Muhtelif Sanatçılar', 'Karışık Sanatçılar', 'Bilinmeyen Sanatçı', 'Müxtəlif ifaçılar',
        'Әртүрлі орындаушылар',
        -- Arabic, Hebrew, Persian, Urdu, Hindi
        'فنانون متنوعون', 'فنانون مختلفون', 'فنانين متنوعين', 'فنانين مختلفين', 'فنانون متعددون', 'مجموعة فنانين',
        'فنان غير معروف', 'אמנים שונים', 'אומנים שונים', 'מבצעים שונים', 'אמן לא ידוע', 'אמן לא מוכר', 'هنرمندان مختلف',
        'هنرمندان متفرقه', 'هنرمند ناشناس', 'مختلف فنکار', 'विभिन्न कलाकार', 'विविध कलाकार', 'अज्ञात कलाकार',
        -- Thai, Vietnamese, Indonesian, Malay, Filipino, Swahili
        'ศิลปินหลายคน', 'ศิลปินต่างๆ', 'หลากหลายศิลปิน', 'รวมศิลปิน', 'ศิลปินรวม', 'ไม่ทราบชื่อศิลปิน', 'ศิลปินที่ไม่รู้จัก',
        'Nhiều nghệ sĩ', 'Nhiều ca sĩ', 'Nhiều nghệ sỹ', 'Nghệ sĩ không xác định', 'Nghệ sĩ không rõ', 'Berbagai Artis',
        'Beragam Artis', 'Artis Beragam', 'Pelbagai Artis', 'Artis Pelbagai', 'Artis Tidak Dikenal', 'Artis Tidak Diketahui',
        'Iba''t ibang Artist', 'Iba''t ibang Artista', 'Wasanii Mbalimbali',
        -- Chinese, Japanese, Korean
        '群星', '众星', '華語群星', '华语群星', '群星合輯', '群星合辑', '合輯', '合辑', '多位艺人', '多位藝人', '多位艺术家', '多位歌手', '多位演出者',
        '各种艺人', '各種藝人', '多名藝人', '多名艺人', '众艺人', '眾藝人', '眾多藝人', '众多艺人', '不同艺人', '不同藝人', '未知艺人', '未知藝人',
        '未知艺术家', '未知藝術家', '未知歌手', '不明藝人', 'オムニバス', 'ヴァリアス・アーティスト', 'ヴァリアス・アーティスツ',
        'ヴァリアス', 'バリアス・アーティスト', 'バリアス・アーティスツ', '様々なアーティスト', 'さまざまなアーティスト', '複数のアーティスト',
        '複数アーティスト', '不明なアーティスト', 'アーティスト不明', '여러 아티스트', '다양한 아티스트', '여러 가수', '여러 음악가',
        '여러 뮤지션', '배리어스 아티스트', '알 수 없는 아티스트', '알 수 없음'
    ]) as word;
    execute format($function$
create function star.is_nobody(id text, name text) returns boolean language sql immutable parallel safe
return coalesce(id = '0LyfQWJT6nXafLPZqxke9J', false)
    or coalesce(star.name_key(name) = any(%L::text[]), false)
    -- An id without a name is somebody whose name is not told yet.
    or (id is null and coalesce(btrim(star.searchable(name)), '') = '')
$function$, keys);
end $$;
comment on function star.is_nobody is
    'Whether an artist''s name is no artist''s: "Various Artists" in the languages Spotify uses, "Unknown Artist", none at all; or the id that Spotify has for various artists.';

-- One album, whatever its releases: what names an edition at the end of its title is not compared. Editions that hold other
-- recordings (live, acoustic, somebody's version) are albums of their own.
create function star.release_group(album_name text, artist_name text, album_ref text) returns bigint
language sql immutable parallel safe
return hashtextextended(
    coalesce(nullif(regexp_replace(
        star.searchable(album_name),
        '(\s*(\([^()]*\m(deluxe|expanded|remaster|remastered|anniversary|bonus|reissue|standard|special|limited|collector''s)\M[^()]*\)'
        '|\[[^][]*\m(deluxe|expanded|remaster|remastered|anniversary|bonus|reissue|standard|special|limited|collector''s)\M[^][]*\]'
        '|\s[-–—]\s[^()-]*\m(deluxe|expanded|remaster|remastered|anniversary|bonus|reissue)\M[^()-]*))+\s*$',
        ''), ''), star.searchable(album_name))
    || chr(31) || coalesce(star.searchable(artist_name), album_ref),
    0);
comment on function star.release_group is
    'The number of an album: the same for all its releases and editions, told by title and album artist.';

-- The proof: what was asked, what was answered, what may be missing, whose it is.

create table audit.listener (
    listener_id       int generated always as identity primary key,
    spotify_user_id   text not null unique,
    account_id        text,
    display_name      text not null,
    time_zone         text not null,
    collected_since   timestamptz,
    authorized_at     timestamptz,
    token_fingerprint text,
    consent_ended_at  timestamptz,
    merged_at         timestamptz,
    created_at        timestamptz not null,
    forgotten_before  timestamptz
);
comment on table audit.listener is
    'One row per person. The merge of a person''s plays locks this row, so two merges never interleave.';
comment on column audit.listener.time_zone is
    'IANA zone that holds now; set at login, changed only by `brapped timezone`. Earlier ones: audit.listener_zone.';
comment on column audit.listener.collected_since is
    'The oldest play of the first poll: whatever was played after it is collected, but for the gaps.';
comment on column audit.listener.authorized_at is
    'When consent was given; it ends six months later. Null: unknown (the token came from the environment).';
comment on column audit.listener.token_fingerprint is
    'Keyed hash of the refresh token last seen, to tell whose token it is without keeping it.';
comment on column audit.listener.consent_ended_at is
    'When Spotify answered invalid_grant to the token with this fingerprint; null while consent holds.';
comment on column audit.listener.merged_at is 'When the last merge of this listener''s plays began.';
comment on column audit.listener.forgotten_before is
    'Plays that ended before this instant (UTC) were forgotten: they are neither landed nor imported again. Null: none.';

-- A listener may have lived in several zones. audit.listener.time_zone stays the one that holds now.
create table audit.listener_zone (
    listener_id int not null references audit.listener,
    from_at     timestamptz not null,
    time_zone   text not null,
    primary key (listener_id, from_at)
);
comment on table audit.listener_zone is
    'One row per span of time a listener lived in one zone. A listener without rows has had one zone, audit.listener.time_zone.';
comment on column audit.listener_zone.from_at is
    'First instant (UTC) of the span; -infinity for the first one. It ends where the next begins.';
comment on column audit.listener_zone.time_zone is
    'IANA zone that holds in the span; that of the last span is audit.listener.time_zone, too.';

create table audit.listener_token (
    listener_id int primary key references audit.listener on delete cascade,
    encrypted   bytea not null,
    stored_at   timestamptz not null
);
comment on table audit.listener_token is
    'One row per listener whose refresh token is kept here: all but the one of SPOTIFY_REFRESH_TOKEN. Nothing in this database opens it.';
comment on column audit.listener_token.listener_id is 'Whose token; see audit.listener.';
comment on column audit.listener_token.encrypted is
    'The newest refresh token Spotify sent, encrypted (Fernet) with the first key of BRAPPED_TOKEN_KEY.';
comment on column audit.listener_token.stored_at is 'Instant at which it was stored.';

create table audit.rotated_token (
    listener_id int primary key references audit.listener on delete cascade,
    encrypted   bytea not null,
    stored_at   timestamptz not null
);
comment on table audit.rotated_token is
    'A refresh token Spotify sent in exchange for the one in the environment, encrypted with a key derived from that one: it is readable, and wins, only as long as the environment still holds the consent it came from.';

-- What was forgotten stays forgotten, whoever serves it again.
create table audit.tombstone (
    hash             bytea primary key,
    salt             bytea not null,
    forgotten_before timestamptz not null
);
comment on table audit.tombstone is
    'One row per listener removed wholly: nobody can be read out of it, but whoever comes back is known by it.';
comment on column audit.tombstone.hash is 'SHA-256 of the salt followed by the Spotify user id.';
comment on column audit.tombstone.salt is 'Sixteen random bytes, of this row alone.';
comment on column audit.tombstone.forgotten_before is 'Plays that ended before this instant (UTC) are not kept again.';

create table audit.poll (
    poll_id       bigint generated always as identity primary key,
    listener_id   int not null references audit.listener on delete cascade,
    run_id        text not null,
    polled_at     timestamptz not null,
    items         int not null,
    landed        int not null,
    rejected      int not null,
    oldest_at     timestamptz,
    newest_at     timestamptz,
    overlapped    boolean not null,
    -- Any clock between 1970 and 2100 lands its polls.
    clock_skew_ms bigint,
    keys_missing  text[] not null,
    keys_new      text[] not null
);
create index poll_by_time on audit.poll (listener_id, polled_at);
comment on table audit.poll is 'One row per poll that Spotify answered and that was landed: the proof of each hour.';
comment on column audit.poll.polled_at is
    'When Spotify answered: by this machine''s clock or, where that is over a minute wrong, by Spotify''s own date.';
comment on column audit.poll.overlapped is
    'True when the page held a play an earlier poll had landed (or this was the first poll): nothing can be missing in between.';
comment on column audit.poll.clock_skew_ms is
    'Spotify''s clock minus this machine''s at this poll; null when the answer had no date.';

create table audit.gap (
    gap_id      bigint generated always as identity primary key,
    listener_id int not null references audit.listener on delete cascade,
    gap_start   timestamptz not null,
    gap_end     timestamptz not null,
    reason      text not null,
    poll_id     bigint not null references audit.poll,
    unique (listener_id, gap_start, gap_end)
);
comment on table audit.gap is
    'One row per stretch of time in which polls may have missed plays, as noticed. What is still open: bi.coverage_gaps.';

-- What a polled page holds besides plays of tracks has its kind, and its END as far as that is known: it proves as well as
-- a play that a page reached so far back. Rows of exports and old tables keep the default, and come from no poll.
create table audit.rejected_row (
    listener_id    int not null references audit.listener on delete cascade,
    source         text not null,
    content_hash   uuid not null,
    payload        text not null,
    reason         text not null,
    parser_version int not null,
    times          int not null,
    poll_id        bigint references audit.poll,
    first_seen_at  timestamptz not null,
    last_seen_at   timestamptz not null,
    kind           text not null default 'not_understood',
    played_at      timestamptz,
    -- A play is there as often as the file tells it that tells it most. A row that a later parser understands counts
    -- within its file: beside the equal rows that were understood at once.
    in_files       jsonb,
    primary key (listener_id, source, content_hash)
);
create index rejected_row_by_time on audit.rejected_row (listener_id, played_at)
    where source = 'poll' and played_at is not null;
comment on table audit.rejected_row is
    'What is no play of a track or could not be understood, whole, once by content; tried again when the parser changes.';
comment on column audit.rejected_row.kind is
    'not_understood; of polled items also podcast, audiobook, advertisement, nothing (nothing is told of it) or impossible_time (before 2006, or more than a day after it was served).';
comment on column audit.rejected_row.played_at is
    'When a polled item ended (UTC), as far as it says so and it can be true.';
comment on column audit.rejected_row.in_files is
    'Of a row of an export: how often each file has it, by content hash; null where that is not known.';

create table audit.import_file (
    file_id          int generated always as identity primary key,
    listener_id      int not null references audit.listener on delete cascade,
    content_hash     text not null,
    kind             text not null check (kind in ('extended', 'account')),
    name             text not null,
    rows_read        int not null default 0,
    plays_added      int not null default 0,
    plays_matched    int not null default 0,
    plays_told_twice int not null default 0,
    plays_known      int not null default 0,
    rows_other       jsonb not null default '{}',
    rows_odd         jsonb not null default '{}',
    first_at         timestamptz,
    last_at          timestamptz,
    started_at       timestamptz not null,
    finished_at      timestamptz,
    plays_forgotten  int not null default 0,
    -- Exports up to 2023 name their account in each row. A hash is enough to notice that the next one names another.
    username_hash    bytea,
    plays_told       bytea,
    unique (listener_id, content_hash)
);
comment on table audit.import_file is
    'One row per file of an export, known by its content. `rows_read` is how far it is merged: a killed import goes on from there.';
comment on column audit.import_file.file_id is 'Key of the file.';
comment on column audit.import_file.listener_id is 'Whose plays it tells of.';
comment on column audit.import_file.content_hash is 'SHA-256 of the unpacked file: the same file is imported once.';
comment on column audit.import_file.kind is 'Extended streaming history, or account data.';
comment on column audit.import_file.name is 'Its name in the archive in which it was met first.';
comment on column audit.import_file.rows_read is 'Rows merged so far, counted from the start of the file.';
comment on column audit.import_file.plays_added is 'Plays the fact did not have.';
comment on column audit.import_file.plays_matched is
    'Plays a poll had brought; what the export measured was added to them.';
comment on column audit.import_file.plays_told_twice is 'Plays the other kind of export had told of.';
comment on column audit.import_file.plays_known is 'Plays that were there already.';
comment on column audit.import_file.rows_other is 'Rows that are no music, by kind.';
comment on column audit.import_file.rows_odd is 'Rows nobody understood, by reason; kept whole in audit.rejected_row.';
comment on column audit.import_file.first_at is 'END of its first play (UTC), offline plays left out.';
comment on column audit.import_file.last_at is 'END of its last play (UTC), offline plays left out.';
comment on column audit.import_file.started_at is 'When its import began.';
comment on column audit.import_file.finished_at is 'When it was merged whole; null until then.';
comment on column audit.import_file.plays_forgotten is 'Plays the listener had forgotten before: not kept.';
comment on column audit.import_file.username_hash is
    'Sixteen random bytes, and the SHA-256 of these and the username in its first rows; null where they name none.';
comment on column audit.import_file.plays_told is
    'Of a file with odd rows: a hash of 8 bytes for each play it tells; null for other files.';

-- A file is known by its content, and the next export brings it again, beside newer ones: its neighbours there count.
create table audit.archive_member (
    file_id        int not null references audit.import_file on delete cascade,
    archive        text not null,
    running_number int,
    met_at         timestamptz not null,
    primary key (file_id, archive)
);
comment on table audit.archive_member is 'One row per file of an export and archive in which an import has met it.';
comment on column audit.archive_member.file_id is 'The file: audit.import_file.';
comment on column audit.archive_member.archive is
    'The zip or folder: the same for all files of one export, and no other.';
comment on column audit.archive_member.running_number is
    'Spotify''s own number within one export and kind; null where the name has none.';
comment on column audit.archive_member.met_at is 'When an import met it there first.';

create table audit.api_call (
    minute   timestamptz not null,
    endpoint text not null,
    calls    int not null,
    primary key (minute, endpoint)
);
comment on table audit.api_call is 'Calls made to Spotify, by minute and endpoint; the budget is a rolling 24 hours.';

create table audit.api_quota (
    only_row   boolean primary key default true check (only_row),
    not_before timestamptz,
    reason     text
);
insert into audit.api_quota default values;
comment on table audit.api_quota is
    'One row: until when Spotify asked us to stay away. Locked for update by whoever is about to call.';

create table audit.notice (
    kind        text not null,
    listener_id int references audit.listener on delete cascade,
    opened_at   timestamptz not null,
    level       bigint not null,
    told_level  bigint not null default 0,
    told_at     timestamptz,
    closed_at   timestamptz,
    tries       int not null default 0,
    tried_at    timestamptz,
    unique nulls not distinct (kind, listener_id)
);
comment on table audit.notice is
    'One row per thing that its owner is told of: opened when it was first seen, removed once "recovered" was told. The recap is a row that stays.';
comment on column audit.notice.kind is 'consent, no_poll, gap, quota, storage, run_failure or recap.';
comment on column audit.notice.listener_id is 'Whom it is about; null where it is about everybody.';
comment on column audit.notice.opened_at is 'Instant (UTC) at which it was first seen.';
comment on column audit.notice.level is
    'How far it has come: a higher level is told anew. Of a gap its end in seconds since 1970, of a recap the month as 202610.';
comment on column audit.notice.told_level is 'The level that was delivered; 0: none yet.';
comment on column audit.notice.told_at is
    'Instant (UTC) at which a service said it had the message; null: not told yet.';
comment on column audit.notice.closed_at is 'Instant (UTC) at which it was over; "recovered" has yet to be delivered.';
comment on column audit.notice.tries is 'Deliveries of the message that is due, begun and not known to have succeeded.';
comment on column audit.notice.tried_at is 'Instant (UTC) of the last of them.';

-- What changed, by the transaction that changed it: whoever keeps plays in memory asks for what its snapshot did not see. Rows
-- are only ever added, without a key, so whoever writes waits for nobody. Written by triggers (functions/changes.sql):
-- nobody who writes can forget it.
create table audit.changed_day (
    listener_id int not null references audit.listener on delete cascade,
    day         date not null,
    changed_by  xid8 not null default pg_current_xact_id(),
    changed_at  timestamptz not null default now()
);
create index changed_day_by_transaction on audit.changed_day (listener_id, changed_by);
comment on table audit.changed_day is
    'One row per statement, listener and local day whose plays it changed; kept for a week.';
comment on column audit.changed_day.listener_id is 'Whose.';
comment on column audit.changed_day.day is 'Local day.';
comment on column audit.changed_day.changed_by is 'The transaction.';
comment on column audit.changed_day.changed_at is 'When it began (UTC).';

create table audit.changed_track (
    track_key  int not null,
    changed_by xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default now()
);
create index changed_track_by_transaction on audit.changed_track (changed_by);
comment on table audit.changed_track is
    'One row per statement and track whose artists, album, length or recording it changed; kept for a week. New tracks are not here.';
comment on column audit.changed_track.track_key is 'Track.';
comment on column audit.changed_track.changed_by is 'The transaction.';
comment on column audit.changed_track.changed_at is 'When it began (UTC).';
