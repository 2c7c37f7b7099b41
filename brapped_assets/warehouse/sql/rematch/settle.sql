-- What a row says follows from its halves: the instant from the API where it told of the play, be it to the old scripts;
-- the track likewise, unless the old tables know no id of it; everything measured from the export. Rows no export told
-- of are estimated by the next statement.
with halves as (
    select f.play_key, f.played_at as was_at, coalesce(f.api_at, f.legacy_at, f.export_at) as played_at,
           coalesce(f.api_track_key, case when l.track_id is not null then old.track_key end, exported.track_key,
                    old.track_key) as track_key,
           f.export_ms
    from star.streaming_fact f
    left join raw.legacy_track l using (legacy_track_key)
    left join star.track_dim old on old.track_ref = l.track_ref
    left join raw.export_track x using (export_track_key)
    left join star.track_dim exported on exported.track_ref = x.track_ref
    where f.play_key = any(%(play_keys)s)
)
update star.streaming_fact f
   set played_at = h.played_at, played_at_local = star.local_time(h.played_at, %(moves)s::timestamptz[], %(zones)s::text[]),
       track_key = h.track_key,
       ms_played = coalesce(h.export_ms, f.ms_played), is_estimated = h.export_ms is null
  from halves h where f.play_key = h.play_key and f.play_key = any(%(play_keys)s)
returning h.was_at, f.played_at
