-- name: tracks
-- What some tracks are, in numbers alone. A recording keeps its ISRC on every release.
copy (
    select t.track_key, t.artist_key, coalesce(t.album_key, 0), coalesce(t.duration_ms, 0),
           coalesce(extract(year from al.release_date)::int, 0), coalesce(al.release_group, 0),
           hashtextextended(coalesce(t.isrc, t.track_ref), 0)
    from star.track_dim t
    left join star.album_dim al using (album_key)
    where {which}
) to stdout (format binary)

-- name: guests
-- Artists credited on some tracks beside the main one; the same artist may stand there too.
copy (
    select distinct c.track_key, c.artist_key
    from star.track_artist c
    join star.track_dim t on t.track_key = c.track_key and t.artist_key <> c.artist_key
    where c.position > 0 and {which}
) to stdout (format binary)
