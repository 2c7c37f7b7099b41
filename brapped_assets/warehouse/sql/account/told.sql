-- What account data tells of these days.
select a.played_minute, x.title, a.ms_played, a.export_track_key, a.times
from unnest(%(days)s::date[]) d (day)
join raw.account_play a
  on a.listener_id = %(listener_id)s and a.played_minute >= d.day and a.played_minute < d.day + 1
join raw.export_track x using (export_track_key)
order by a.played_minute, x.artist, x.export_track_key
