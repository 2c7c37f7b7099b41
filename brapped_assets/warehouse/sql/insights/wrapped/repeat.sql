-- The most plays of one song in one local day.
select r.day, r.plays, r.ms, t.track_key as key, t.track_id as spotify_id, t.track_name as name, a.artist_name as by
from insights.repeats_of(%(listener_id)s, %(first)s, %(until)s) r
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
order by r.plays desc, r.ms desc, r.day, t.track_key
limit 1
