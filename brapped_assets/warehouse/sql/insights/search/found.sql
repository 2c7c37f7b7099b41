-- Names that hold a text, as search compares them: the whole name first, then its beginning, then the beginning of a word, then any
-- place; then the most played. Plays are counted only of those good enough to be shown: thousands of names hold two letters.
-- An album's key is its release group: a name of any release finds the album.
with asked as materialized (
    select w.words, p.escaped, translate(p.escaped, w.breaks, w.blanks) as escaped_words, w.breaks, w.blanks
    from (select btrim(star.searchable(%(text)s)) as words, '([{-/."' as breaks, '       ' as blanks) w
    cross join lateral (select replace(replace(replace(w.words, '\', '\\'), '%%', '\%%'), '_', '\_') as escaped) p
), pattern as materialized (
    select words, '%%' || escaped || '%%' as anywhere, escaped || '%%' as at_start, '%% ' || escaped_words || '%%' as at_word,
           breaks, blanks
    from asked where words <> ''
), named as materialized (
    select 'artist' as kind, artist_key::bigint as key, artist_key as older, search_name from star.artist_dim
    where search_name like (select anywhere from pattern) and not is_nobody
    union all
    select 'track', track_key, track_key, search_name from star.track_dim where search_name like (select anywhere from pattern)
    union all
    select 'album', release_group, album_key, search_name from star.album_dim where search_name like (select anywhere from pattern)
), held as materialized (
    select n.kind, n.key, min(n.older) as older,
           min(case when n.search_name = p.words then 0 when n.search_name like p.at_start then 1
                    when ' ' || translate(n.search_name, p.breaks, p.blanks) like p.at_word then 2 else 3 end) as quality
    from named n cross join pattern p
    -- Some names of artists came from an export, and nobody is credited by them any more.
    where n.kind <> 'artist'
       or (select t.track_key from star.track_dim t where t.artist_key = n.key limit 1) is not null
       or (select c.track_key from star.track_artist c where c.artist_key = n.key limit 1) is not null
    group by n.kind, n.key
), enough as (
    select kind, min(quality) as quality
    from (select kind, quality, sum(count(*)) over (partition by kind order by quality) as so_far
            from held group by kind, quality) counted
    where so_far >= %(limit)s
    group by kind
), best as materialized (
    select h.* from held h left join enough e using (kind) where h.quality <= coalesce(e.quality, 3)
), played as (
    select 'artist' as kind, artist_key as key, plays
    from insights.artist_sums(%(listener_id)s, %(first)s, %(until)s)
    where artist_key = any(array(select key from best where kind = 'artist'))
    union all
    select 'track', track_key, plays
    from insights.track_sums(%(listener_id)s, %(first)s, %(until)s)
    where track_key = any(array(select key from best where kind = 'track'))
    union all
    select 'album', al.release_group, sum(l.plays)::int
    from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) l
    join star.track_dim t using (track_key)
    join star.album_dim al using (album_key)
    where l.track_key = any(array(select t.track_key
                                    from best b join star.album_dim r on r.release_group = b.key
                                    join star.track_dim t using (album_key)
                                   where b.kind = 'album'))
    group by al.release_group
), shown as (
    select *
    from (select b.*, coalesce(p.plays, 0) as plays,
                 row_number() over (partition by b.kind order by b.quality, coalesce(p.plays, 0) desc, b.older) as place
            from best b left join played p using (kind, key)) ranked
    where place <= %(limit)s
)
select s.kind, coalesce(al.album_key, s.key)::int as key, coalesce(a.artist_name, t.track_name, al.album_name) as name,
       coalesce(ta.artist_name, al.artist_name) as by, s.plays,
       coalesce(a.image_url, ti.image_url, al.image_url) is not null as has_cover
from shown s
left join star.artist_dim a on s.kind = 'artist' and a.artist_key = s.key
left join star.track_dim t on s.kind = 'track' and t.track_key = s.key
left join star.artist_dim ta on ta.artist_key = t.artist_key
left join star.album_dim ti on ti.album_key = t.album_key
left join lateral star.shown_release(s.key) al on s.kind = 'album'
order by array_position(array['artist', 'track', 'album'], s.kind), s.place
