-- What was heard in a period, gone through once: one row, its lists as JSON. Keys are counted first, names come last.
-- The join stands inside the grouping: the planner cannot guess how many tracks a function answers with.
with heard as materialized (
    select t.track_key, t.artist_key, t.album_key, h.plays, h.ms
    from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) h join star.track_dim t using (track_key)
), by_artist as materialized (
    select artist_key, sum(plays)::int as plays, sum(ms)::bigint as ms
    from heard
    where not %(of_all_time)s and artist_key <> all(array(select n.artist_key from star.artist_dim n where n.is_nobody))
    group by artist_key
    union all
    select artist_key, plays, ms from insights.artist_sums(%(listener_id)s, %(first)s, %(until)s) where %(of_all_time)s
), by_release as materialized (
    select al.release_group, r.album_key, al.release_date, r.plays, r.ms
    from (select album_key, sum(plays)::int as plays, sum(ms)::bigint as ms from heard group by album_key) r
    join star.album_dim al using (album_key)
), by_album as materialized (
    select release_group, min(album_key) as album_key, sum(plays)::int as plays, sum(ms)::bigint as ms
    from by_release group by release_group
), top_artists as materialized (
    select * from by_artist
    order by case when %(by)s = 'plays' then plays else ms end desc, plays desc, ms desc, artist_key limit %(limit)s
), top_tracks as materialized (
    select * from heard
    order by case when %(by)s = 'plays' then plays else ms end desc, plays desc, ms desc, track_key limit %(limit)s
), top_albums as materialized (
    select * from by_album
    order by case when %(by)s = 'plays' then plays else ms end desc, plays desc, ms desc, album_key limit %(limit)s
), counted as materialized (
    select count(*)::int as songs, (count(*) filter (where plays = 1))::int as once, coalesce(sum(plays), 0)::int as plays,
           coalesce(sum(ms), 0)::bigint as ms
    from heard
), counted_new as materialized (
    -- In all of time everything is new.
    select songs, plays, ms from counted where %(of_all_time)s
    union all
    select count(*)::int, coalesce(sum(h.plays), 0)::int, coalesce(sum(h.ms), 0)::bigint
    from heard h
    join (select track_key from insights.firsts_of(%(listener_id)s) where first_on >= %(first)s) f using (track_key)
    where not %(of_all_time)s
    having not %(of_all_time)s
), songs_on as materialized (
    select r.release_group, count(distinct coalesce(t.isrc, t.track_ref))::int as songs
    from by_release r join heard h using (album_key) join star.track_dim t on t.track_key = h.track_key
    where r.release_group = any(array(select release_group from top_albums))
    group by r.release_group
), new_artists as materialized (
    select a.* from by_artist a where %(of_all_time)s
    union all
    select a.* from by_artist a
    join (select artist_key from insights.artist_firsts_of(%(listener_id)s) where first_on >= %(first)s) f using (artist_key)
    where not %(of_all_time)s
), featured as materialized (
    -- A credit beside the main one; the same artist may stand there too.
    select c.artist_key, sum(h.plays)::int as plays, sum(h.ms)::bigint as ms
    from (select distinct ta.track_key, ta.artist_key from star.track_artist ta
           where ta.position > 0 and ta.artist_key = any(array(select artist_key from top_artists))) c
    join heard h on h.track_key = c.track_key and h.artist_key <> c.artist_key
    group by c.artist_key
)
select
    (select songs from counted) as songs,
    (select count(*)::int from by_artist) as artists,
    (select count(*)::int from by_album) as albums,
    (select once from counted) as songs_once,
    (select songs from counted_new) as new_songs,
    (select plays from counted_new) as new_plays,
    (select ms from counted_new) as new_ms,
    (select count(*)::int from new_artists) as new_artists,
    (select coalesce(json_agg(x), '[]') from (
        select a.artist_key, a.artist_id, a.artist_name, n.plays, n.ms
        from (select * from new_artists
               order by case when %(by)s = 'plays' then plays else ms end desc, plays desc, ms desc, artist_key limit 3) n
        join star.artist_dim a using (artist_key)
        order by case when %(by)s = 'plays' then n.plays else n.ms end desc, n.plays desc, n.ms desc, a.artist_key) x
    ) as top_new_artists,
    (select coalesce(json_agg(x), '[]') from (
        select a.artist_key, a.artist_id, a.artist_name, a.image_url is not null as has_cover, l.plays, l.ms,
               coalesce(f.plays, 0) as featured_plays, coalesce(f.ms, 0) as featured_ms
        from top_artists l join star.artist_dim a using (artist_key) left join featured f using (artist_key)
        order by case when %(by)s = 'plays' then l.plays else l.ms end desc, l.plays desc, l.ms desc, a.artist_key) x
    ) as top_artists,
    (select coalesce(json_agg(x), '[]') from (
        select t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_name, l.album_key,
               al.image_url is not null as has_cover, l.plays, l.ms
        from top_tracks l join star.track_dim t using (track_key) join star.artist_dim a on a.artist_key = l.artist_key
        left join star.album_dim al on al.album_key = l.album_key
        order by case when %(by)s = 'plays' then l.plays else l.ms end desc, l.plays desc, l.ms desc, t.track_key) x
    ) as top_tracks,
    (select coalesce(json_agg(x), '[]') from (
        select al.album_key, al.album_id, al.album_name, al.artist_name, al.image_url is not null as has_cover,
               l.plays, l.ms, s.songs
        from top_albums l join songs_on s using (release_group) cross join star.shown_release(l.release_group) al
        order by case when %(by)s = 'plays' then l.plays else l.ms end desc, l.plays desc, l.ms desc, l.album_key) x
    ) as top_albums,
    (select coalesce(json_agg(x), '[]') from (
        select (extract(year from release_date)::int / 10) * 10 as decade, sum(plays)::int as plays, sum(ms)::bigint as ms
        from by_release where release_date is not null
        group by 1 order by 1) x
    ) as decades
