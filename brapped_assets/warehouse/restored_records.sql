-- name: star.track_dim
-- Of tracks that are here and were never read from a payload, what is not known is filled in.
with described as (
    update star.track_dim t
       set album_key = coalesce(t.album_key, al.album_key), explicit = coalesce(t.explicit, told.explicit)
      from jsonb_to_recordset(%(records)s::jsonb) as told (track_ref text, explicit boolean, album_ref text)
      left join star.album_dim al using (album_ref)
     where t.track_ref = told.track_ref and t.payload_key is null
       and ((t.album_key is null and al.album_key is not null) or (t.explicit is null and told.explicit is not null))
)
insert into star.track_dim ({columns}, artist_key, album_key, payload_key)
select {told}, coalesce(a.artist_key, named.artist_key), al.album_key, p.payload_key
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_populate_record(null::star.track_dim, r.record) told
cross join lateral (select star.somebodys_id(r.record ->> 'artist_id', r.record ->> 'artist_name') as id,
                           star.somebody(r.record ->> 'artist_name') as name) artist
left join star.artist_dim a on a.artist_id = artist.id
left join star.artist_dim named on artist.id is null and named.artist_id is null and named.artist_name = artist.name
left join star.album_dim al on al.album_ref = r.record ->> 'album_ref'
left join raw.track_payload p on p.content_hash = (r.record ->> 'payload_hash')::uuid
where not exists (select from star.track_dim known where known.track_ref = told.track_ref)
order by r.place
on conflict (track_ref) do nothing

-- name: named_artists
-- Artists that tracks or credits know by name only, where the track is new here.
insert into star.artist_dim (artist_name)
select distinct star.somebody(told.artist_name)
from jsonb_to_recordset(%(records)s::jsonb) as told (track_ref text, "position" smallint, artist_id text, artist_name text)
left join star.track_dim t using (track_ref)
where star.somebodys_id(told.artist_id, told.artist_name) is null and told.artist_name is not null
  and case when told.position is null then t.track_key is null
           else t.track_key is not null
                and not exists (select from star.track_artist c
                                 where c.track_key = t.track_key and c.position = told.position) end
order by 1
on conflict do nothing

-- name: star.track_artist
insert into star.track_artist (track_key, position, artist_key)
select t.track_key, told.position, coalesce(a.artist_key, named.artist_key)
from jsonb_to_recordset(%(records)s::jsonb) as told (track_ref text, "position" smallint, artist_id text, artist_name text)
join star.track_dim t using (track_ref)
cross join lateral (select star.somebodys_id(told.artist_id, told.artist_name) as id, star.somebody(told.artist_name) as name) artist
left join star.artist_dim a on a.artist_id = artist.id
left join star.artist_dim named on artist.id is null and named.artist_id is null and named.artist_name = artist.name
where coalesce(a.artist_key, named.artist_key) is not null
order by t.track_key, told.position
on conflict (track_key, position) do nothing

-- name: read_payloads_again
-- Tracks that were here before, and of which the export has a newer payload: to be read like any that just landed.
update raw.track_payload p set is_applied = false
from jsonb_to_recordset(%(records)s::jsonb) as told (track_ref text, payload_hash uuid)
join star.track_dim t using (track_ref)
left join raw.track_payload known on known.payload_key = t.payload_key
where p.content_hash = told.payload_hash and p.payload_key > coalesce(t.payload_key, 0)
  and p.first_seen_at > coalesce(known.first_seen_at, '-infinity')

-- name: between
-- Two collections of one listener, this one and the exported one, may have a hole between them, in which neither polled.
insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)
select l.listener_id, greatest(least(here.until_at, %(collected_until)s), l.forgotten_before),
       greatest(l.collected_since, %(collected_since)s),
       'between two collections', here.poll_id
from audit.listener l
cross join lateral (
    select (select max(r.played_at) from raw.recently_played r where r.listener_id = l.listener_id) as until_at,
           (select min(p.poll_id) from audit.poll p where p.listener_id = l.listener_id) as poll_id) here
where l.listener_id = %(listener_id)s and here.poll_id is not null
  and greatest(l.collected_since, %(collected_since)s) > least(here.until_at, %(collected_until)s)
  and greatest(l.collected_since, %(collected_since)s) > coalesce(l.forgotten_before, '-infinity')
  and l.collected_since is not null and %(collected_since)s::timestamptz is not null
  and here.until_at is not null and %(collected_until)s::timestamptz is not null
on conflict (listener_id, gap_start, gap_end) do nothing

-- name: collected
update audit.listener
   set collected_since = greatest(least(collected_since, %(collected_since)s), forgotten_before)
where listener_id = %(listener_id)s and %(collected_since)s::timestamptz >= timestamptz '2006-01-01Z'

-- name: kept_aside
select audit.keep_aside(%(listener_id)s)

-- name: star.streaming_fact
-- The exports' halves of one kind, staged as a file of that kind would be. An older export tells of account data here, and
-- of some offline plays to the millisecond.
with told as materialized (
    select t.track_hash, t.export_ms, t.nth, t.ended_at, t.uploaded_at, t.detail, t.ended_at >= coalesce(l.forgotten_before, '-infinity') as is_kept
    from (
        select r.track_hash, r.export_ms,
               case when %(kind)s = 'account' then r.account_nth else r.export_nth end as nth,
               case when %(kind)s = 'account' then date_trunc('minute', r.export_at, 'UTC')
                    else star.end_to_the_second(r.export_at, r.export_ms) end as ended_at,
               case when %(kind)s = 'extended' then r.uploaded_at end as uploaded_at,
               jsonb_build_array(r.platform, r.country, r.reason_start, r.reason_end, r.shuffle, r.skipped, r.offline,
                                 r.incognito) as detail
        from jsonb_to_recordset(%(records)s::jsonb) as r (
            export_at timestamptz, uploaded_at timestamptz, track_hash uuid, export_ms int, export_nth int, in_extended boolean,
            in_account boolean, account_nth int, platform text, country text, reason_start text, reason_end text,
            shuffle boolean, skipped boolean, offline boolean, incognito boolean)
        where case when %(kind)s = 'account' then r.in_account else r.in_extended end
    ) t
    join audit.listener l on l.listener_id = %(listener_id)s
),
track as (
    insert into staged_track (track_number, content_hash, track_ref, track_id, title, artist, album)
    select x.export_track_key, x.content_hash, x.track_ref, x.track_id, x.title, x.artist, x.album
    from raw.export_track x where x.content_hash in (select t.track_hash from told t where t.is_kept)
    returning track_number, content_hash
),
numbered as materialized (
    select d.detail, row_number() over ()::int as detail_number from (select distinct t.detail from told t) d
),
detail as (
    insert into staged_detail (detail_number, platform, country, reason_start, reason_end, shuffle, skipped, offline,
                               incognito)
    select n.detail_number, n.detail ->> 0, n.detail ->> 1, n.detail ->> 2, n.detail ->> 3, (n.detail ->> 4)::boolean,
           (n.detail ->> 5)::boolean, (n.detail ->> 6)::boolean, (n.detail ->> 7)::boolean
    from numbered n
),
play as (
    insert into staged_play (ended_at, ms_played, occurrence, track_number, detail_number, uploaded_at)
    select t.ended_at, t.export_ms, t.nth, track.track_number, n.detail_number, t.uploaded_at
    from told t
    join track on track.content_hash = t.track_hash
    join numbered n on n.detail = t.detail
    where t.is_kept
    returning 1
)
select (select count(*) from play)::int as plays, (select count(*) from told where not is_kept)::int as forgotten

-- name: raw.recently_played
-- As landing does, with the poll that landed it.
with told as materialized (
    select t.*, t.played_at >= coalesce(l.forgotten_before, '-infinity') as is_kept
    from jsonb_to_recordset(%(records)s::jsonb)
         as t (played_at timestamptz, track_ref text, payload_hash uuid, context_hash uuid, polled_at timestamptz)
    join audit.listener l on l.listener_id = %(listener_id)s
),
landed as (
    insert into raw.recently_played (listener_id, played_at, track_ref, payload_key, context_key, poll_id)
    select %(listener_id)s, t.played_at, t.track_ref, p.payload_key, c.context_key, poll.poll_id
    from told t
    join raw.track_payload p on p.content_hash = t.payload_hash
    cross join lateral (select min(known.poll_id) as poll_id from audit.poll known
                         where known.listener_id = %(listener_id)s and known.polled_at = t.polled_at) poll
    left join raw.context c on c.content_hash = t.context_hash
    where t.is_kept
      and not exists (select from raw.recently_played known
                      where known.listener_id = %(listener_id)s and known.played_at = t.played_at
                        and known.track_ref = t.track_ref)
    order by t.played_at, t.track_ref
    on conflict (listener_id, played_at, track_ref) do nothing
    returning 1
)
select (select count(*) from landed)::int as landed,
       (select count(*) from told where not is_kept)::int as forgotten

-- name: raw.legacy_play
-- Which plays of which tracks, for `merge_told`.
select told.played_at, told.track_hash
from jsonb_to_recordset(%(records)s::jsonb) as told (played_at timestamptz, track_hash uuid)
join raw.legacy_track o on o.content_hash = told.track_hash
where told.played_at is not null

-- name: raw.account_play
-- What account data told, staged as a file of it would be.
with told as materialized (
    select r.track_hash, r.ms_played, r.played_minute, nth,
           r.played_minute >= coalesce(l.forgotten_before, '-infinity') as is_kept
    from jsonb_to_recordset(%(records)s::jsonb) as r (played_minute timestamptz, track_hash uuid, ms_played int,
                                                     times smallint)
    cross join lateral generate_series(1, r.times) nth
    join audit.listener l on l.listener_id = %(listener_id)s
),
track as (
    insert into staged_track (track_number, content_hash, track_ref, track_id, title, artist, album)
    select x.export_track_key, x.content_hash, x.track_ref, x.track_id, x.title, x.artist, x.album
    from raw.export_track x where x.content_hash in (select t.track_hash from told t where t.is_kept)
    returning track_number, content_hash
),
detail as (
    insert into staged_detail (detail_number) values (0)
),
play as (
    insert into staged_play (ended_at, ms_played, occurrence, track_number, detail_number)
    select t.played_minute, t.ms_played, t.nth, track.track_number, 0
    from told t join track on track.content_hash = t.track_hash
    where t.is_kept
    returning 1
)
select (select count(*) from play)::int as plays, (select count(*) from told where not is_kept)::int as forgotten

-- name: audit.poll
-- A listener's poll is known by its instant.
insert into audit.poll (listener_id, {columns})
select %(listener_id)s, {told}
from jsonb_populate_recordset(null::audit.poll, %(records)s::jsonb) told
where not exists (select from audit.poll known
                  where known.listener_id = %(listener_id)s and known.polled_at = told.polled_at)
order by told.polled_at

-- name: audit.import_file
-- After all plays: a file that counts as imported is not read again. One that was stopped half-way here is whole now.
insert into audit.import_file (listener_id, {columns})
select %(listener_id)s, {told}
from jsonb_populate_recordset(null::audit.import_file, %(records)s::jsonb) told
join audit.listener l on l.listener_id = %(listener_id)s
                     and (coalesce(told.last_at, told.started_at) >= coalesce(l.forgotten_before, '-infinity')
                          or exists (select from audit.rejected_row r
                                      where r.listener_id = l.listener_id and r.in_files ? told.content_hash))
order by told.started_at, told.content_hash
on conflict (listener_id, content_hash) do update
   set rows_read = excluded.rows_read, plays_added = excluded.plays_added, plays_matched = excluded.plays_matched,
       plays_told_twice = excluded.plays_told_twice, plays_known = excluded.plays_known,
       plays_forgotten = excluded.plays_forgotten, rows_other = excluded.rows_other, rows_odd = excluded.rows_odd,
       plays_told = excluded.plays_told,
       first_at = excluded.first_at, last_at = excluded.last_at, finished_at = excluded.finished_at,
       reader_version = excluded.reader_version
   where import_file.finished_at is null and excluded.finished_at is not null

-- name: insights.hidden
insert into insights.hidden (listener_id, artist_key, track_key, context_uri, hidden_at, why)
select %(listener_id)s, a.artist_key, t.track_key, told.context_uri, told.hidden_at, told.why
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_to_record(r.record)
     as told (artist_id text, artist_name text, track_ref text, context_uri text, hidden_at timestamptz, why text)
left join lateral star.artist_of(star.somebodys_id(told.artist_id, told.artist_name),
                                 case when told.artist_name is not null then star.somebody(told.artist_name) end) a on true
left join star.track_dim t on t.track_ref = told.track_ref
where num_nonnulls(a.artist_key, t.track_key, told.context_uri) = 1
order by r.place
on conflict do nothing

-- name: insights.hidden_time
insert into insights.hidden_time (listener_id, from_at, until_at, track_key, hidden_at, why)
select %(listener_id)s, told.from_at, told.until_at, t.track_key, told.hidden_at, told.why
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_to_record(r.record)
     as told (from_at timestamptz, until_at timestamptz, track_ref text, hidden_at timestamptz, why text)
left join star.track_dim t on t.track_ref = told.track_ref
where told.track_ref is null or t.track_key is not null
order by r.place
on conflict do nothing

-- name: insights.alias
-- Those that lead back to themselves, as two archives together may, are left out by a trigger.
with told as (
    select told.*, r.place
    from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
    cross join lateral jsonb_to_record(r.record)
        as told (artist_id text, artist_name text, to_artist_id text, to_artist_name text, track_ref text, to_track_ref text,
                 aliased_at timestamptz, why text)
), found as (
    select case when told.track_ref is null then 'artist' else 'track' end as kind,
           coalesce(tf.track_key, af.artist_key) as from_key, coalesce(tt.track_key, at.artist_key) as to_key,
           told.aliased_at, told.why, told.place
    from told
    left join lateral star.artist_of(star.somebodys_id(told.artist_id, told.artist_name),
                                     case when told.artist_name is not null then star.somebody(told.artist_name) end) af on true
    left join lateral star.artist_of(star.somebodys_id(told.to_artist_id, told.to_artist_name),
                                     case when told.to_artist_name is not null then star.somebody(told.to_artist_name) end) at
           on true
    left join star.track_dim tf on tf.track_ref = told.track_ref
    left join star.track_dim tt on tt.track_ref = told.to_track_ref
)
insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at, why)
select %(listener_id)s, kind, from_key, to_key, aliased_at, why
from found
where from_key <> to_key
order by place
on conflict do nothing

-- name: insights.heard_time
insert into insights.heard_time (listener_id, from_at, until_at, said_at)
select %(listener_id)s, told.from_at, told.until_at, told.said_at
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_to_record(r.record) as told (from_at timestamptz, until_at timestamptz, said_at timestamptz)
order by r.place
on conflict do nothing

-- name: raw.track_payload
insert into raw.track_payload (content_hash, track_ref, payload, is_applied, first_seen_at)
select told.content_hash, told.track_ref, told.payload, told.is_applied, told.first_seen_at
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_populate_record(null::raw.track_payload, r.record) told
where not exists (select from raw.track_payload known where known.content_hash = told.content_hash)
-- The newest payload of a track has the greatest key.
order by r.place
on conflict (content_hash) do nothing

-- name: raw.context
insert into raw.context (content_hash, payload)
select told.content_hash, told.payload
from jsonb_to_recordset(%(records)s::jsonb) as told (content_hash uuid, payload jsonb)
where not exists (select from raw.context known where known.content_hash = told.content_hash)
order by told.content_hash
on conflict (content_hash) do nothing

-- name: star.artist_dim
-- Who was asked later knows better; what one of both does not know, the other may.
insert into star.artist_dim ({columns})
select {told}
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_populate_record(null::star.artist_dim, r.record) told
where star.somebodys_id(told.artist_id, told.artist_name) is not null
-- Of two of one name the one known first has the smaller key.
order by r.place
on conflict (artist_id) do update
   set artist_name = case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity') then excluded.artist_name
                          else artist_dim.artist_name end,
       genres = coalesce(case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity') then excluded.genres end,
                         artist_dim.genres, excluded.genres),
       image_url = coalesce(case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity')
                                 then excluded.image_url end, artist_dim.image_url, excluded.image_url),
       is_unknown = case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity') then excluded.is_unknown
                         else artist_dim.is_unknown end,
       ask_again_at = case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity')
                           then excluded.ask_again_at else artist_dim.ask_again_at end,
       asked_at = greatest(excluded.asked_at, artist_dim.asked_at)

-- name: star.artist_tags
-- Who was asked later knows better; where nobody was asked here, nobody is asked again before it is time.
with told as materialized (
    select a.artist_key, r.*
    from jsonb_to_recordset(%(records)s::jsonb) as r (
        artist_id text, mbid uuid, country text, area text, kind text, began smallint, ended smallint, source text,
        addressed_at timestamptz, asked_at timestamptz, tags_due_at timestamptz, told jsonb)
    join star.artist_dim a using (artist_id)
    left join star.artist_tags known using (artist_key)
    where r.asked_at is not null and (known.asked_at is null or known.asked_at < r.asked_at)
),
kept as (
    insert into star.artist_tags (artist_key, mbid, country, area, kind, began, ended, source, addressed_at, asked_at)
    select artist_key, mbid, country, area, kind, began, ended, source, addressed_at, asked_at from told
    order by artist_key
    on conflict (artist_key) do update
    set mbid = excluded.mbid, is_pending = false, country = excluded.country, area = excluded.area, kind = excluded.kind,
        began = excluded.began, ended = excluded.ended, source = excluded.source,
        addressed_at = excluded.addressed_at, asked_at = excluded.asked_at
),
gone as (
    delete from star.artist_genre g using told t
    where g.artist_key = t.artist_key
      and not exists (select from jsonb_to_recordset(t.told) as n (source text, genre text)
                       where n.source = g.source and n.genre = g.genre)
),
genres as (
    insert into star.artist_genre (artist_key, source, genre, votes)
    select t.artist_key, n.source, n.genre, n.votes
    from told t cross join lateral jsonb_to_recordset(t.told) as n (source text, genre text, votes int)
    order by t.artist_key, n.source, n.genre
    on conflict (artist_key, source, genre) do update set votes = excluded.votes
)
update star.artist_dim a set tags_due_at = t.tags_due_at
from told t
where a.artist_key = t.artist_key and t.tags_due_at is not null

-- name: insights.artist_override
insert into insights.artist_override (artist_ref, genres, country, began, in_file, said_at)
select r.artist_ref, r.genres, r.country, r.began, false, r.said_at
from jsonb_to_recordset(%(records)s::jsonb) as r (artist_ref text, genres text[], country text, began smallint, said_at timestamptz)
order by r.artist_ref
on conflict (artist_ref) do nothing

-- name: star.album_dim
-- Of albums that are here and were never read from a payload, what is not known is filled in.
insert into star.album_dim ({columns}, payload_key)
select {told}, p.payload_key
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_populate_record(null::star.album_dim, r.record) told
left join raw.track_payload p on p.content_hash = (r.record ->> 'payload_hash')::uuid
where not exists (select from star.album_dim known where known.album_ref = told.album_ref and known.payload_key is not null)
order by r.place
on conflict (album_ref) do update
   set artist_name = coalesce(album_dim.artist_name, excluded.artist_name),
       album_type = coalesce(album_dim.album_type, excluded.album_type),
       release_date = coalesce(album_dim.release_date, excluded.release_date),
       release_date_precision = coalesce(album_dim.release_date_precision, excluded.release_date_precision),
       total_tracks = coalesce(album_dim.total_tracks, excluded.total_tracks),
       image_url = coalesce(album_dim.image_url, excluded.image_url),
       payload_key = coalesce(album_dim.payload_key, excluded.payload_key)
   where album_dim.payload_key is null

-- name: star.album_group
-- As with artists. What their numbers are is found out at the end.
with told as materialized (
    select a.album_key, r.*
    from jsonb_to_recordset(%(records)s::jsonb) as r (
        album_id text, release_mbid uuid, group_mbid uuid, group_title text, first_released text, asked_at timestamptz,
        group_due_at timestamptz)
    join star.album_dim a on a.album_ref = r.album_id
    left join star.album_group known using (album_key)
    where r.asked_at is not null and (known.asked_at is null or known.asked_at < r.asked_at)
),
kept as (
    insert into star.album_group (album_key, release_mbid, group_mbid, group_title, first_released, asked_at)
    select album_key, release_mbid, group_mbid, group_title, first_released, asked_at from told
    order by album_key
    on conflict (album_key) do update
    set release_mbid = excluded.release_mbid, group_mbid = excluded.group_mbid, group_title = excluded.group_title,
        first_released = excluded.first_released, asked_at = excluded.asked_at
)
update star.album_dim a set group_due_at = t.group_due_at
from told t
where a.album_key = t.album_key and t.group_due_at is not null

-- name: raw.export_track
insert into raw.export_track (content_hash, track_ref, track_id, title, artist, album)
select told.content_hash, told.track_ref, told.track_id, told.title, told.artist, told.album
from jsonb_populate_recordset(null::raw.export_track, %(records)s::jsonb) told
where not exists (select from raw.export_track known where known.content_hash = told.content_hash)
order by told.content_hash
on conflict (content_hash) do nothing

-- name: raw.legacy_track
insert into raw.legacy_track (content_hash, track_ref, track_id, title, artist, artist_id, duration_ms)
select told.content_hash, told.track_ref, told.track_id, told.title, told.artist, told.artist_id, told.duration_ms
from jsonb_populate_recordset(null::raw.legacy_track, %(records)s::jsonb) told
where not exists (select from raw.legacy_track known where known.content_hash = told.content_hash)
order by told.content_hash
on conflict (content_hash) do nothing

-- name: star.spotify_top
insert into star.spotify_top (listener_id, taken_on, kind, time_range, rank, artist_key, track_key)
select %(listener_id)s, told.taken_on, told.kind, told.time_range, told.rank, a.artist_key, t.track_key
from jsonb_to_recordset(%(records)s::jsonb)
     as told (taken_on date, kind text, time_range text, rank smallint, artist_id text, track_ref text)
join audit.listener l on l.listener_id = %(listener_id)s
cross join lateral audit.zones_of(l.listener_id) held
left join star.artist_dim a on told.kind = 'artists' and a.artist_id = told.artist_id
left join star.track_dim t on told.kind = 'tracks' and t.track_ref = told.track_ref
where (a.artist_key is not null or t.track_key is not null)
  and told.taken_on >= coalesce(star.local_time(l.forgotten_before, held.moves, held.zones)::date, '-infinity')
order by told.taken_on, told.kind, told.time_range, told.rank
on conflict do nothing

-- name: insights.counting_rule
insert into insights.counting_rule (listener_id, rule, chosen_at)
select %(listener_id)s, told.rule, told.chosen_at
from jsonb_to_recordset(%(records)s::jsonb) as told (rule text, chosen_at timestamptz)
on conflict do nothing

-- name: insights.preference
insert into insights.preference (listener_id, language, theme, hours, numbers, week_begins, private_sessions, chosen_at)
select %(listener_id)s, told.language, told.theme, told.hours, told.numbers, told.week_begins, told.private_sessions,
       told.chosen_at
from jsonb_to_recordset(%(records)s::jsonb)
     as told (language text, theme text, hours text, numbers text, week_begins smallint, private_sessions boolean,
              chosen_at timestamptz)
on conflict do nothing

-- name: audit.rejected_row
-- What a file has that is imported here already is understood by now, or kept here.
insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, kind, played_at, parser_version, times,
                                in_files, poll_id, first_seen_at, last_seen_at)
select %(listener_id)s, told.source, told.content_hash, told.payload, told.reason, coalesce(told.kind, 'not_understood'),
       told.played_at, told.parser_version, told.times, fresh.in_files,
       (select min(p.poll_id) from audit.poll p
         where p.listener_id = %(listener_id)s and p.polled_at = (r.record ->> 'polled_at')::timestamptz),
       told.first_seen_at, told.last_seen_at
from jsonb_array_elements(%(records)s::jsonb) as r (record)
cross join lateral jsonb_populate_record(null::audit.rejected_row, r.record) told
cross join lateral (select jsonb_object_agg(one.key, one.value) as in_files
                      from jsonb_each(told.in_files) one
                     where not exists (select from audit.import_file i
                                        where i.listener_id = %(listener_id)s and i.content_hash = one.key
                                          and i.finished_at is not null)) fresh
join audit.listener l on l.listener_id = %(listener_id)s
where audit.latest_end(told.source, told.payload, told.first_seen_at) >= coalesce(l.forgotten_before, '-infinity')
  and (told.in_files is null or fresh.in_files is not null
       or exists (select from audit.rejected_row known
                   where known.listener_id = %(listener_id)s and known.source = told.source
                     and known.content_hash = told.content_hash))
order by told.source, told.content_hash
on conflict (listener_id, source, content_hash) do update
   set times = greatest(rejected_row.times, excluded.times),
       in_files = (select jsonb_object_agg(most.key, most.times)
                     from (select one.key, max(one.value::int) as times
                             from (select * from jsonb_each_text(rejected_row.in_files)
                                   union all select * from jsonb_each_text(excluded.in_files)) one
                            group by one.key) most),
       first_seen_at = least(rejected_row.first_seen_at, excluded.first_seen_at),
       last_seen_at = greatest(rejected_row.last_seen_at, excluded.last_seen_at)

-- name: audit.gap
insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)
select %(listener_id)s, greatest(told.gap_start, l.forgotten_before), told.gap_end, told.reason, poll.poll_id
from jsonb_to_recordset(%(records)s::jsonb)
     as told (gap_start timestamptz, gap_end timestamptz, reason text, polled_at timestamptz)
join audit.listener l on l.listener_id = %(listener_id)s and told.gap_end > coalesce(l.forgotten_before, '-infinity')
cross join lateral (select min(known.poll_id) as poll_id from audit.poll known
                     where known.listener_id = %(listener_id)s and known.polled_at = told.polled_at) poll
order by told.gap_start, told.gap_end
on conflict (listener_id, gap_start, gap_end) do nothing

-- name: audit.archive_member
insert into audit.archive_member (file_id, archive, running_number, met_at)
select i.file_id, told.archive, told.running_number, told.met_at
from jsonb_to_recordset(%(records)s::jsonb)
     as told (file_hash text, archive text, running_number int, met_at timestamptz)
join audit.import_file i on i.listener_id = %(listener_id)s and i.content_hash = told.file_hash
order by i.file_id, told.archive
on conflict (file_id, archive) do update set met_at = least(archive_member.met_at, excluded.met_at)
