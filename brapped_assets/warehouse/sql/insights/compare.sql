-- Two listeners in a period, each in their own days: one row, its lists as JSON. A share is of the plays of its listener whose
-- artist is known.
with mine as materialized (
    select t.track_key, t.artist_key, h.plays
    from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) h join star.track_dim t using (track_key)
    where h.plays > 0
), theirs as materialized (
    select t.track_key, t.artist_key, h.plays
    from insights.track_sums(%(other_id)s, %(other_first)s, %(other_until)s) h join star.track_dim t using (track_key)
    where h.plays > 0
), nobody as materialized (
    select array(select n.artist_key from star.artist_dim n where n.is_nobody) as keys
), my_artists as materialized (
    select artist_key, sum(plays)::int as plays, sum(plays) / sum(sum(plays)) over () as share
    from mine where artist_key <> all((select keys from nobody)::int[]) group by 1
), their_artists as materialized (
    select artist_key, sum(plays)::int as plays, sum(plays) / sum(sum(plays)) over () as share
    from theirs where artist_key <> all((select keys from nobody)::int[]) group by 1
), artists as materialized (
    select artist_key, m.plays as mine, o.plays as theirs, least(m.share, o.share) as common
    from my_artists m join their_artists o using (artist_key)
), songs as materialized (
    select m.track_key, m.artist_key, m.plays as mine, o.plays as theirs
    from mine m join theirs o using (track_key)
)
select
    (select coalesce(sum(plays), 0)::int from mine) as my_plays,
    (select coalesce(sum(plays), 0)::int from theirs) as their_plays,
    (select count(*)::int from artists) as artists,
    (select count(*)::int from my_artists) as my_artists,
    (select count(*)::int from their_artists) as their_artists,
    (select count(*)::int from songs) as songs,
    (select count(*)::int from mine) as my_songs,
    (select count(*)::int from theirs) as their_songs,
    (select coalesce(sum(common), 0)::float8 from artists) as overlap,
    (select coalesce(json_agg(x), '[]') from (
        select a.artist_key, a.artist_name, a.image_url is not null as has_cover, l.mine, l.theirs
        from (select * from artists order by common desc, mine + theirs desc, artist_key limit %(limit)s) l
        join star.artist_dim a using (artist_key)
        order by l.common desc, l.mine + l.theirs desc, a.artist_key) x
    ) as top_artists,
    (select coalesce(json_agg(x), '[]') from (
        select t.track_key, t.track_name, a.artist_name, al.image_url is not null as has_cover, l.mine, l.theirs
        from (select * from songs order by least(mine, theirs) desc, mine + theirs desc, track_key limit %(limit)s) l
        join star.track_dim t using (track_key) join star.artist_dim a on a.artist_key = l.artist_key
        left join star.album_dim al on al.album_key = t.album_key
        order by least(l.mine, l.theirs) desc, l.mine + l.theirs desc, t.track_key) x
    ) as top_songs
