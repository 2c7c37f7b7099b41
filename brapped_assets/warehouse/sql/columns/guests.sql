-- Artists credited on some tracks beside the main one; the same artist may stand there too.
copy (
    select distinct c.track_key, c.artist_key
    from star.track_artist c
    join star.track_dim t on t.track_key = c.track_key and t.artist_key <> c.artist_key
    where c.position > 0 and {which}
) to stdout (format binary)
