select to_jsonb(x) - 'export_track_key' as record
from raw.export_track x
where x.export_track_key in (select f.export_track_key from star.streaming_fact f where f.listener_id = %(listener_id)s
                             union
                             select a.export_track_key from raw.account_play a where a.listener_id = %(listener_id)s)
order by x.export_track_key
