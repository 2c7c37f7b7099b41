-- One local day, play after play. A day lies within 24 h of its UTC namesake in every zone.
select p.track_key, p.ms_played as ms, a.artist_key, a.artist_id, a.artist_name, a.is_nobody, p.played_at_local as ended_at
from insights.shown_play p
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
where p.listener_id = %(listener_id)s and p.played_on = %(day)s and p.counts
  and p.played_at >= %(day)s::timestamp at time zone 'UTC' - interval '1 day'
  and p.played_at < %(day)s::timestamp at time zone 'UTC' + interval '2 days'
order by p.played_at, p.play_key
