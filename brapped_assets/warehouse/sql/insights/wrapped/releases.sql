-- Plays by the year in which the album came out; null: not known.
select extract(year from al.release_date)::int as year, sum(l.plays)::int as plays
from (select track_key, sum(plays)::int as plays
        from insights.tracks_of(%(listener_id)s, %(first)s, %(until)s) group by track_key) l
join star.track_dim t using (track_key)
left join star.album_dim al using (album_key)
group by 1
