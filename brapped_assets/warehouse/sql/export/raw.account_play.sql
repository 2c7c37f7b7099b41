select jsonb_build_object('played_minute', a.played_minute, 'track_hash', x.content_hash, 'ms_played', a.ms_played,
                          'times', a.times) as record
from raw.account_play a join raw.export_track x using (export_track_key)
where a.listener_id = %(listener_id)s
order by a.played_minute, x.content_hash, a.ms_played
