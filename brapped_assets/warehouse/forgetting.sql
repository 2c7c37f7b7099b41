-- name: star.streaming_fact
-- Each half goes by its own END, as landing and imports go by theirs: a row astride of the instant keeps the other half.
with gone as (
    delete from star.streaming_fact f
    where f.listener_id = %(listener_id)s and greatest(f.api_at, f.export_at, f.legacy_at) < %(before)s
    returning 1
),
halved as (
    update star.streaming_fact f
       set api_at = k.api_at, export_at = k.export_at, legacy_at = k.legacy_at,
           api_track_key = case when k.api_at is not null then f.api_track_key end,
           api_duration_ms = case when k.api_at is not null then f.api_duration_ms end,
           api_context_key = case when k.api_at is not null then f.api_context_key end,
           legacy_track_key = case when k.legacy_at is not null then f.legacy_track_key end,
           uploaded_at = case when k.export_at is not null then f.uploaded_at end,
           export_track_key = case when k.export_at is not null then f.export_track_key end,
           export_ms = case when k.export_at is not null then f.export_ms end,
           export_nth = case when k.export_at is not null then f.export_nth end,
           in_extended = k.export_at is not null and f.in_extended,
           in_account = k.export_at is not null and f.in_account,
           platform_key = case when k.export_at is not null then f.platform_key end,
           country_key = case when k.export_at is not null then f.country_key end,
           reason_start_key = case when k.export_at is not null then f.reason_start_key end,
           reason_end_key = case when k.export_at is not null then f.reason_end_key end,
           skipped = case when k.export_at is not null then f.skipped end,
           shuffle = case when k.export_at is not null then f.shuffle end,
           offline = case when k.export_at is not null then f.offline end,
           incognito = case when k.export_at is not null then f.incognito end
      from (select h.play_key, case when h.api_at >= %(before)s then h.api_at end as api_at,
                   case when h.export_at >= %(before)s then h.export_at end as export_at,
                   case when h.legacy_at >= %(before)s then h.legacy_at end as legacy_at
              from star.streaming_fact h
             where h.listener_id = %(listener_id)s and least(h.api_at, h.export_at, h.legacy_at) < %(before)s
               and greatest(h.api_at, h.export_at, h.legacy_at) >= %(before)s) k
     where f.play_key = k.play_key
    returning f.play_key
)
select (select count(*) from gone)::int as plays, array(select play_key from halved) as halved

-- name: star.spoken_play
delete from star.spoken_play where listener_id = %(listener_id)s and played_at < %(before)s

-- name: star.spoken_item
delete from star.spoken_item i
where i.listener_id = %(listener_id)s
  and not exists (select from star.spoken_play p
                   where p.listener_id = i.listener_id and p.spoken_item_key = i.spoken_item_key)

-- name: star.spotify_top
delete from star.spotify_top
where listener_id = %(listener_id)s 
  and taken_on < star.local_time(%(before)s::timestamptz, %(moves)s::timestamptz[], %(zones)s::text[])::date

-- name: raw.recently_played
delete from raw.recently_played where listener_id = %(listener_id)s and played_at < %(before)s

-- name: raw.legacy_play
delete from raw.legacy_play where listener_id = %(listener_id)s and played_at < %(before)s

-- name: raw.account_play
delete from raw.account_play where listener_id = %(listener_id)s and played_minute < %(before)s

-- name: audit.gap
-- One that reaches over the instant begins there. Two that end together would then be one, hence anew.
with gone as (
    delete from audit.gap g where g.listener_id = %(listener_id)s and g.gap_start < %(before)s returning g.*
)
insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)
select distinct on (g.gap_end) g.listener_id, %(before)s::timestamptz, g.gap_end, g.reason, g.poll_id
from gone g where g.gap_end > %(before)s
order by g.gap_end, g.gap_start
on conflict (listener_id, gap_start, gap_end) do nothing

-- name: audit.rejected_row
delete from audit.rejected_row r
where r.listener_id = %(listener_id)s and audit.latest_end(r.source, r.payload, r.first_seen_at) < %(before)s

-- name: audit.poll
-- A poll that something kept still points at stays, and tells no instant from before.
with gone as (
    delete from audit.poll p
    where p.listener_id = %(listener_id)s and p.polled_at < %(before)s
      and not exists (select from raw.recently_played r where r.poll_id = p.poll_id)
      and not exists (select from audit.gap g where g.poll_id = p.poll_id)
      and not exists (select from audit.rejected_row r where r.poll_id = p.poll_id)
    returning p.poll_id
)
update audit.poll p set oldest_at = greatest(p.oldest_at, %(before)s), newest_at = greatest(p.newest_at, %(before)s)
where p.listener_id = %(listener_id)s and p.oldest_at < %(before)s and %(before)s <> 'infinity'::timestamptz
  and p.poll_id not in (select poll_id from gone)

-- name: audit.archive_member
delete from audit.archive_member m using audit.import_file i
where i.file_id = m.file_id and i.listener_id = %(listener_id)s and coalesce(i.last_at, i.started_at) < %(before)s

-- name: audit.import_file
-- One with odd rows that are kept stays, for they count beside their equals in it; it vouches for no time that is forgotten.
with odd as materialized (
    select distinct one.content_hash
    from audit.rejected_row r cross join lateral jsonb_object_keys(r.in_files) one (content_hash)
    where r.listener_id = %(listener_id)s
),
gone as (
    delete from audit.import_file i
    where i.listener_id = %(listener_id)s and coalesce(i.last_at, i.started_at) < %(before)s
      and i.content_hash not in (select content_hash from odd)
)
update audit.import_file i
   set first_at = case when i.last_at >= %(before)s then %(before)s::timestamptz end,
       last_at = case when i.last_at >= %(before)s then i.last_at end
where i.listener_id = %(listener_id)s and i.first_at < %(before)s
  and (i.last_at >= %(before)s or i.content_hash in (select content_hash from odd))

-- name: audit.rotated_token
delete from audit.rotated_token where listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz

-- name: audit.notice
delete from audit.notice where listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz

-- name: audit.listener_token
delete from audit.listener_token where listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz

-- name: audit.listener_zone
-- Where they lived before is forgotten, too: the zone that held at the instant becomes the first.
with held as (
    select z.from_at, lead(z.from_at, 1, 'infinity') over (order by z.from_at) as until_at
    from audit.listener_zone z where z.listener_id = %(listener_id)s
),
gone as (
    delete from audit.listener_zone z using held h
    where z.listener_id = %(listener_id)s and z.from_at = h.from_at and h.until_at <= %(before)s
    returning 1
)
update audit.listener_zone z set from_at = '-infinity' from held h
where z.listener_id = %(listener_id)s and z.from_at = h.from_at and h.from_at <= %(before)s and h.until_at > %(before)s
  -- First what is gone, which may have this key.
  and (select count(*) from gone) >= 0

-- name: insights.hidden
-- What is hidden tells of having been played: it stays for what something kept still tells of.
delete from insights.hidden h
where h.listener_id = %(listener_id)s
  and (%(before)s = 'infinity'::timestamptz
       or h.artist_key not in (select star.artists_of(%(listener_id)s))
       or h.track_key not in (select star.tracks_of(%(listener_id)s))
       or h.context_uri is not null
          and not exists (select from raw.recently_played r join raw.context c using (context_key)
                           where r.listener_id = h.listener_id and c.context_uri = h.context_uri))

-- name: insights.hidden_time
-- A stretch tells of having been played in it: of one that reaches into what is kept, that part stays. Two that end
-- together would then be one, hence anew.
with gone as (
    delete from insights.hidden_time h
    where h.listener_id = %(listener_id)s
      and (h.from_at < %(before)s or h.track_key not in (select star.tracks_of(%(listener_id)s)))
    returning h.*
)
insert into insights.hidden_time (listener_id, from_at, until_at, hidden_at, why)
select distinct on (g.until_at) g.listener_id, %(before)s::timestamptz, g.until_at, g.hidden_at, g.why
from gone g where g.until_at > %(before)s and g.track_key is null
order by g.until_at, g.from_at
on conflict (listener_id, from_at, until_at, track_key) do nothing

-- name: insights.alias
-- An alias tells of having been played: it stays while what is kept tells of both.
delete from insights.alias s
where s.listener_id = %(listener_id)s
  and (%(before)s = 'infinity'::timestamptz
       or s.kind = 'artist' and not (s.from_key in (select star.artists_of(%(listener_id)s))
                                     and s.to_key in (select star.artists_of(%(listener_id)s)))
       or s.kind = 'track' and not (s.from_key in (select star.tracks_of(%(listener_id)s))
                                    and s.to_key in (select star.tracks_of(%(listener_id)s))))

-- name: insights.heard_time
delete from insights.heard_time h
where h.listener_id = %(listener_id)s and h.from_at < %(before)s

-- name: insights.counting_rule
-- It tells of no play: whoever forgets some of them keeps it.
delete from insights.counting_rule c
where c.listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz

-- name: insights.preference
-- It tells of no play either.
delete from insights.preference p
where p.listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz

-- name: audit.read_token
-- It opens what is left, too.
delete from audit.read_token t
where t.listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz

-- name: audit.assistant_access
-- It opens what is left, too.
delete from audit.assistant_access a
where a.listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz

-- name: audit.changed_day
-- Which days went is noted for a week, so that no page shows them on. With a listener the notes go, too.
delete from audit.changed_day where listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz

-- name: audit.lookup_weight
-- Counted anew from what is left, by the next look for work.
with gone as (
    delete from audit.lookup_weight
)
update audit.lookup_counted set up_to = 0

-- name: star.play_label
delete from star.play_label l
where l.label_key not in (
    select word.label_key from star.streaming_fact f
    cross join lateral (values (f.platform_key), (f.country_key), (f.reason_start_key), (f.reason_end_key)) word (label_key)
    where word.label_key is not null)
  and l.label_key not in (
    select word.label_key from star.spoken_play p
    cross join lateral (values (p.platform_key), (p.country_key), (p.reason_start_key), (p.reason_end_key)) word (label_key)
    where word.label_key is not null)

-- name: raw.export_track
delete from raw.export_track x
where not exists (select from star.streaming_fact f where f.export_track_key = x.export_track_key)
  and not exists (select from raw.account_play a where a.export_track_key = x.export_track_key)

-- name: raw.legacy_track
delete from raw.legacy_track l
where not exists (select from raw.legacy_play p where p.legacy_track_key = l.legacy_track_key)

-- name: star.track_dim
-- The fact has no foreign key to tracks, so this list must be whole.
delete from star.track_dim t
where not exists (select from star.streaming_fact f where f.track_key = t.track_key)
  and not exists (select from star.streaming_fact f where f.api_track_key = t.track_key)
  and not exists (select from raw.export_track x where x.track_ref = t.track_ref)
  and not exists (select from raw.legacy_track l where l.track_ref = t.track_ref)
  and not exists (select from raw.recently_played r where r.track_ref = t.track_ref)
  and not exists (select from star.spotify_top s where s.track_key = t.track_key)

-- name: raw.track_payload
-- What an album was read from may be a track of which nothing else is left.
with doomed as materialized (
    select p.payload_key from raw.track_payload p
    where not exists (select from raw.recently_played r where r.payload_key = p.payload_key)
      and not exists (select from star.track_dim t where t.track_ref = p.track_ref)
),
let_go as (
    update star.album_dim a set payload_key = null from doomed d where a.payload_key = d.payload_key returning 1
)
delete from raw.track_payload p using doomed d where p.payload_key = d.payload_key

-- name: raw.context
delete from raw.context c
where not exists (select from raw.recently_played r where r.context_key = c.context_key)
  and not exists (select from star.streaming_fact f where f.api_context_key = c.context_key)

-- name: star.album_dim
delete from star.album_dim a where not exists (select from star.track_dim t where t.album_key = a.album_key)

-- name: star.artist_dim
delete from star.artist_dim a
where not exists (select from star.track_dim t where t.artist_key = a.artist_key)
  and not exists (select from star.track_artist c where c.artist_key = a.artist_key)
  and not exists (select from raw.legacy_track l where l.artist_id = a.artist_id)
  and not exists (select from star.spotify_top s where s.artist_key = a.artist_key)

-- name: insights.artist_override
-- What an export brought back of artists that nobody plays any more; the home's own file is its owner's.
delete from insights.artist_override o
where not o.in_file
  and not exists (select from star.artist_dim a where a.artist_id = o.artist_ref or a.artist_name = o.artist_ref)

-- name: preview
-- What `brapped forget` is about to remove of a listener's own.
select plays.plays, plays.first_at, plays.last_at,
       (select count(*)::int from star.spoken_play p
         where p.listener_id = %(listener_id)s and p.played_at < %(before)s and not p.is_told_elsewhere) as spoken,
       (select count(*)::int from audit.poll p
         where p.listener_id = %(listener_id)s and p.polled_at < %(before)s) as polls,
       (select count(*)::int from audit.import_file i
         where i.listener_id = %(listener_id)s and coalesce(i.last_at, i.started_at) < %(before)s
           and not exists (select from audit.rejected_row r
                            where r.listener_id = i.listener_id and r.in_files ? i.content_hash
                              and audit.latest_end(r.source, r.payload, r.first_seen_at) >= %(before)s)) as files,
       (select count(*)::int from audit.rejected_row r
         where r.listener_id = %(listener_id)s
           and audit.latest_end(r.source, r.payload, r.first_seen_at) < %(before)s) as odd_rows,
       (select count(distinct s.taken_on)::int from star.spotify_top s
         where s.listener_id = %(listener_id)s
           and s.taken_on < star.local_time(%(before)s::timestamptz, %(moves)s::timestamptz[],
                                            %(zones)s::text[])::date) as rankings
from (select count(*)::int as plays, min(f.played_at) as first_at, max(f.played_at) as last_at
        from star.streaming_fact f where f.listener_id = %(listener_id)s and f.played_at < %(before)s) plays

-- name: statistics
-- The planner's samples hold names; ANALYZE leaves those of a table that became empty as they were.
select pg_clear_attribute_stats(n.nspname, c.relname, a.attname, false)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind = 'r' and n.nspname || '.' || c.relname = any(%(tables)s)

-- name: upload_days
-- The days on which account data may tell of offline plays that ended before, and are forgotten.
select distinct uploaded_at::date as day from star.streaming_fact
where listener_id = %(listener_id)s and export_at < %(before)s and uploaded_at >= %(before)s

-- name: remember
-- What stays behind of the listener: wholly removed, a tombstone (but for one without a name or a login, whom
-- nothing can bring back by itself); else the instant, in their own row.
with buried as (
    insert into audit.tombstone (hash, salt, forgotten_before)
    select sha256(s.salt || convert_to(l.spotify_user_id, 'UTF8')), s.salt, %(now)s
    from audit.listener l, (select uuid_send(gen_random_uuid()) as salt) s
    where l.listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz
      and (l.spotify_user_id <> %(unnamed)s or l.token_fingerprint is not null)
),
removed as (
    delete from audit.listener where listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz
)
update audit.listener
   set forgotten_before = greatest(forgotten_before, %(before)s),
       collected_since = greatest(collected_since, case when collected_since is not null then %(before)s::timestamptz end)
where listener_id = %(listener_id)s and %(before)s <> 'infinity'::timestamptz

-- name: hidden_of_nothing
with aliases as (
    delete from insights.alias s
    where s.kind = 'artist' and not (exists (select from star.artist_dim a where a.artist_key = s.from_key)
                                     and exists (select from star.artist_dim a where a.artist_key = s.to_key))
       or s.kind = 'track' and not (exists (select from star.track_dim t where t.track_key = s.from_key)
                                    and exists (select from star.track_dim t where t.track_key = s.to_key))
), plays as (
    delete from insights.hidden_time h
    where h.track_key is not null and not exists (select from star.track_dim t where t.track_key = h.track_key)
)
delete from insights.hidden h
where not exists (select from star.artist_dim a where a.artist_key = h.artist_key)
  and not exists (select from star.track_dim t where t.track_key = h.track_key)
  and not exists (select from raw.context c where c.context_uri = h.context_uri)
