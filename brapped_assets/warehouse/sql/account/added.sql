-- One row for each play that account data alone tells.
insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                 export_at, export_track_key, export_ms, export_nth, in_account)
select %(listener_id)s, p.at, star.local_time(p.at, %(moves)s::timestamptz[], %(zones)s::text[]), d.track_key, p.ms_played, false,
       p.at, p.export_track_key, p.ms_played, p.nth, true
from unnest(%(minutes)s::timestamptz[], %(export_tracks)s::int[], %(ms)s::int[], %(nths)s::int[])
     as p (at, export_track_key, ms_played, nth)
join raw.export_track x using (export_track_key)
join star.track_dim d on d.track_ref = x.track_ref
order by p.at, d.track_ref
