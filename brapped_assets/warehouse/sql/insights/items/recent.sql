-- The newest plays of some tracks, none of them before a day.
select p.play_key, p.played_at_local, p.ms_played, p.is_estimated, t.track_key, t.track_name, a.artist_key, a.artist_name
from insights.shown_play p
join star.track_dim t on t.track_key = p.track_key
join star.artist_dim a using (artist_key)
where p.listener_id = %(listener_id)s and p.track_key = any(%(tracks)s::int[]) and p.counts
  and p.played_on >= %(since)s and p.played_at >= %(since)s::timestamp at time zone 'UTC' - interval '1 day'
order by p.played_at desc, p.play_key desc
limit %(limit)s
