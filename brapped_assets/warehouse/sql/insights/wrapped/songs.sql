-- The most played songs, and how many different ones there were.
select t.track_key as key, t.track_id as spotify_id, t.track_name as name, a.artist_name as by, l.plays, l.ms, l.of_all
from (select track_key, sum(plays)::int as plays, sum(ms)::bigint as ms, count(*) over ()::int as of_all
        from insights.tracks_of(%(listener_id)s, %(first)s, %(until)s)
       group by track_key
       order by sum(plays) desc, sum(ms) desc, track_key
       limit 8) l
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
order by l.plays desc, l.ms desc, t.track_key
