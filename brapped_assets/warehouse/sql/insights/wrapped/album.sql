-- The album that was lived in: plays x evenness, of albums with three songs and more heard. Evenness is the entropy of
-- the plays over that of an album every song of which was played alike. An album is its title and album artist, so
-- that releases of it, and what an export and the API tell of it, come together.
with song as (
    select coalesce(al.album_name, x.album) as name,
           coalesce(al.artist_name, x.artist,
                    (select a.artist_name from star.artist_dim a where a.artist_key = t.artist_key)) as by,
           l.track_key, l.plays, l.ms, al.album_key, al.album_id, al.total_tracks
    from (select track_key, sum(plays)::float8 as plays, sum(ms)::bigint as ms
            from insights.tracks_of(%(listener_id)s, %(first)s, %(until)s) group by track_key) l
    join star.track_dim t using (track_key)
    left join star.album_dim al using (album_key)
    left join (select track_ref, min(album) as album, min(artist) as artist from raw.export_track group by track_ref) x
           on x.track_ref = t.track_ref and al.album_key is null
), album as (
    select name, by, min(album_key) as key, min(album_id) as spotify_id, count(*)::int as songs,
           greatest(max(total_tracks), count(*))::int as of_songs, sum(plays)::int as plays, sum(ms)::bigint as ms,
           ln(sum(plays)) - sum(plays * ln(plays)) / sum(plays) as entropy
    from song
    where name is not null
    group by name, by
    having count(*) >= 3
)
select key, spotify_id, name, by, songs, of_songs, plays, ms,
       round((entropy / ln(of_songs))::numeric, 6)::float8 as evenness
from album
order by round((plays * entropy / ln(of_songs))::numeric, 4) desc, plays desc, ms desc, name, by
limit 1
