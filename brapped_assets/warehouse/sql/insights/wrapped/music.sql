-- The songs of a period, gone through once: the most played, how many there were, plays by the year in which their album
-- came out (null: not known), and the album that was lived in: plays x evenness, of albums with three songs and more heard.
-- Evenness is the entropy of the plays over that of an album every song of which was played alike. Releases of an album come
-- together, and those of a song do (a recording keeps its ISRC).
with heard as materialized (
    select t.track_key, t.artist_key, t.album_key, hashtextextended(coalesce(t.isrc, t.track_ref), 0) as recording, l.plays, l.ms
    from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) l join star.track_dim t using (track_key)
), top as (
    select track_key, plays, ms from heard order by plays desc, ms desc, track_key limit 8
), by_release as materialized (
    select album_key, sum(plays) as plays from heard group by album_key
), song as (
    select al.release_group, h.recording, min(al.album_key) as oldest, max(al.total_tracks) as total_tracks,
           sum(h.plays)::float8 as plays, sum(h.ms)::bigint as ms
    from heard h join star.album_dim al using (album_key)
    group by al.release_group, h.recording
), album as (
    select release_group, min(oldest) as oldest, count(*)::int as songs, greatest(max(total_tracks), count(*))::int as of_songs,
           sum(plays)::int as plays, sum(ms)::bigint as ms, ln(sum(plays)) - sum(plays * ln(plays)) / sum(plays) as entropy
    from song
    group by release_group
    having count(*) >= 3
), best as (
    select *
    from album
    order by round((plays * entropy / ln(of_songs))::numeric, 4) desc, plays desc, ms desc, oldest
    limit 1
)
select
    (select count(*)::int from heard) as of_songs,
    (select coalesce(json_agg(x), '[]') from (
        select t.track_key as key, t.track_id as spotify_id, t.track_name as name, a.artist_name as by, l.plays, l.ms
        from top l join star.track_dim t using (track_key) join star.artist_dim a using (artist_key)
        order by l.plays desc, l.ms desc, t.track_key) x
    ) as songs,
    (select coalesce(json_agg(x), '[]') from (
        select extract(year from al.release_date)::int as year, sum(r.plays)::int as plays
        from by_release r left join star.album_dim al using (album_key)
        group by 1) x
    ) as releases,
    (select to_json(x) from (
        select al.album_key as key, al.album_id as spotify_id, al.album_name as name,
               coalesce(al.artist_name, (select a.artist_name from star.track_dim t join star.artist_dim a using (artist_key)
                                          where t.album_key = al.album_key order by t.track_key limit 1)) as by,
               b.songs, b.of_songs, b.plays, b.ms, round((b.entropy / ln(b.of_songs))::numeric, 6)::float8 as evenness
        from best b cross join star.shown_release(b.release_group) al) x
    ) as album
