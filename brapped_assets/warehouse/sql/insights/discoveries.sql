-- Songs and artists whose first play ever lies in the period. Totals know the first day of each; where days before the
-- period are behind, whatever they do not vouch for is looked up among the plays themselves.
with behind as materialized (
    select array(select distinct t.day from insights.touched_day t
                  where t.listener_id = %(listener_id)s and t.day < %(first)s) as days
), songs as materialized (
    select track_key, sum(plays)::int as plays, sum(ms)::bigint as ms
    from insights.tracks_of(%(listener_id)s, %(first)s, %(until)s) group by track_key
), artists as materialized (
    select artist_key, sum(plays)::int as plays, sum(ms)::bigint as ms
    from insights.artists_of(%(listener_id)s, %(first)s, %(until)s) group by artist_key
), new_songs as materialized (
    select s.plays, s.ms
    from songs s, behind b
    where not exists (select from insights.track_year y
                       where y.listener_id = %(listener_id)s and y.track_key = s.track_key and y.first_on < %(first)s
                         and y.first_on <> all(b.days))
      and not (b.days <> '{}' and exists (
              select from insights.shown_play p
               where p.track_key = s.track_key and p.listener_id = %(listener_id)s and p.counts
                 and p.played_on < %(first)s))
), new_artists as materialized (
    select a.*
    from artists a, behind b
    where not exists (select from insights.artist_month m
                       where m.listener_id = %(listener_id)s and m.artist_key = a.artist_key and m.first_on < %(first)s
                         and m.first_on <> all(b.days))
      and not (b.days <> '{}' and exists (
              select from star.track_dim t join insights.shown_play p using (track_key)
               where t.artist_key = a.artist_key and p.listener_id = %(listener_id)s and p.counts
                 and p.played_on < %(first)s))
)
select (select count(*)::int from new_songs) as songs, (select coalesce(sum(plays), 0)::int from new_songs) as plays,
       (select coalesce(sum(ms), 0)::bigint from new_songs) as ms, (select count(*)::int from new_artists) as artists,
       (select coalesce(json_agg(x), '[]') from (
           select a.artist_key, a.artist_id, a.artist_name, n.plays, n.ms
           from (select * from new_artists
                  order by case when %(by)s = 'plays' then plays else ms end desc, plays desc, ms desc, artist_key limit 5) n
           join star.artist_dim a using (artist_key)
           order by case when %(by)s = 'plays' then n.plays else n.ms end desc, n.plays desc, n.ms desc, artist_key) x
       ) as top_artists
