-- What some tracks are, in numbers alone. A recording keeps its ISRC on every release.
copy (
    select t.track_key, t.artist_key, coalesce(t.album_key, 0), coalesce(t.duration_ms, 0),
           coalesce(extract(year from al.release_date)::int, 0), coalesce(al.release_group, 0),
           hashtextextended(coalesce(t.isrc, t.track_ref), 0)
    from star.track_dim t
    left join star.album_dim al using (album_key)
    where {which}
) to stdout (format binary)
