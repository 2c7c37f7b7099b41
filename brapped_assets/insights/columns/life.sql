-- name: state
-- What changed of a listener's plays and of tracks since a moment, by the transactions that this one sees and that moment did not.
-- `is_later`: that moment saw nothing that this transaction does not. Without a moment nothing changed.
with held as (
    select %(snapshot)s::text::pg_snapshot as snapshot, pg_current_snapshot() as current
)
select current::text as snapshot,
       coalesce(pg_snapshot_xmax(snapshot) <= pg_snapshot_xmax(current)
                and not exists (select from pg_snapshot_xip(current) as running (xid)
                                 where pg_visible_in_snapshot(running.xid, snapshot)), false) as is_later,
       array(select distinct c.day from audit.changed_day c
              where c.listener_id = %(listener_id)s and c.changed_by >= pg_snapshot_xmin(snapshot)
                and not pg_visible_in_snapshot(c.changed_by, snapshot)) as days,
       array(select distinct c.track_key from audit.changed_track c
              where c.changed_by >= pg_snapshot_xmin(snapshot)
                and not pg_visible_in_snapshot(c.changed_by, snapshot)) as tracks,
       array(select distinct c.artist_key from audit.changed_artist c
              where c.changed_by >= pg_snapshot_xmin(snapshot)
                and not pg_visible_in_snapshot(c.changed_by, snapshot)) as artists,
       array(select h.artist_key from insights.hidden h
              where h.listener_id = %(listener_id)s and h.artist_key is not null) as hidden_artists,
       array(select h.track_key from insights.hidden h
              where h.listener_id = %(listener_id)s and h.track_key is not null) as hidden_tracks,
       array(select c.context_key from insights.hidden h join raw.context c using (context_uri)
              where h.listener_id = %(listener_id)s) as hidden_contexts,
       -- In microseconds since 2000-01-01 UTC; of any track: 0.
       array(select array[(extract(epoch from h.from_at - timestamptz '2000-01-01 00:00+00') * 1000000)::bigint,
                          (extract(epoch from h.until_at - timestamptz '2000-01-01 00:00+00') * 1000000)::bigint,
                          coalesce(h.track_key, 0)]
               from insights.hidden_time h where h.listener_id = %(listener_id)s) as hidden_times,
       array(select array[a.from_key, a.to_key] from insights.alias a
              where a.listener_id = %(listener_id)s and a.kind = 'artist') as same_artists,
       array(select array[a.from_key, a.to_key] from insights.alias a
              where a.listener_id = %(listener_id)s and a.kind = 'track') as same_tracks,
       array(select n.artist_key from star.artist_dim n where n.is_nobody) as nobodies
from held

-- name: plays
-- The plays of a listener as insights/columns takes them, a few numbers in one: COPY has four bytes of its own for each field.
-- Of some local days, where they are named.
copy (
    select f.played_at,
           (f.track_key::bigint << 32) | f.ms_played as track_and_ms,
           ((f.played_on - date '2000-01-01') << 8) | f.played_hour as day_and_hour,
           (coalesce(f.platform_key, 0)::bigint << 32) | coalesce(f.country_key, 0) as platform_and_country,
           coalesce(f.reason_end_key, 0) as reason_end,
           -- Operators of this kind bind from left to right.
           (coalesce(f.api_context_key, 0)::bigint << 16)
               | f.is_estimated::int | ((f.skipped is true)::int << 1) | ((f.shuffle is true)::int << 2)
               | ((f.offline is true)::int << 3) | ((f.incognito is true)::int << 4)
               | ((f.repeat_of is not null)::int << 5) | (f.in_extended::int << 6) | ((f.api_at is not null)::int << 7)
               | ((f.export_at is not null)::int << 8)
               as context_and_flags
    from star.streaming_fact f
    where f.listener_id = {listener_id} and {which}
    order by f.played_at, f.play_key
) to stdout (format binary)

-- name: tracks
-- What some tracks are, in numbers alone. A recording keeps its ISRC on every release.
copy (
    select t.track_key, t.artist_key, coalesce(t.album_key, 0), coalesce(t.duration_ms, 0),
           coalesce(extract(year from al.release_date)::int, 0), coalesce(al.release_group, 0),
           hashtextextended(coalesce(t.isrc, t.track_ref), 0)
    from star.track_dim t
    left join star.album_dim al using (album_key)
    where {which}
) to stdout (format binary)

-- name: guests
-- Artists credited on some tracks beside the main one; the same artist may stand there too.
copy (
    select distinct c.track_key, c.artist_key
    from star.track_artist c
    join star.track_dim t on t.track_key = c.track_key and t.artist_key <> c.artist_key
    where c.position > 0 and {which}
) to stdout (format binary)

-- name: genres
select g.artist_key, g.genre from star.genre_of_artist g where g.artist_key = any(%(keys)s) order by g.artist_key, g.genre

-- name: origins
select o.artist_key, o.country, o.began from star.origin_of_artist o
where o.artist_key = any(%(keys)s) and (o.country is not null or o.began is not null)

-- name: labels
-- The words of devices, countries and reasons, which no row changes.
select l.label_key, l.label from star.play_label l where l.label_key = any(%(keys)s::int[])
