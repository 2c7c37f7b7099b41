-- The most plays of one song in one local day.
select r.day, r.plays, r.ms, t.track_key as key, t.track_id as spotify_id, t.track_name as name, a.artist_name as by
from (select * from insights.repeats_of(%(listener_id)s, %(first)s, %(until)s)
       order by plays desc, ms desc, day, track_key limit 1) r
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
