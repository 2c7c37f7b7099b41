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
