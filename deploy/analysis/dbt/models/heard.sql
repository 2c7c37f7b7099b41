-- The plays that pages speak of by their usual rule: 30 seconds and more, no private sessions, no impossible repeats. What you hide is not
-- in an export's tables, so it is among them.
select play_key, played_at, played_at_local, played_on, played_hour, track_key, track_name, artist_key, artist_name,
       album_name, ms_played, ms_played_basis = 'estimated' as is_estimated, platform, country, context_type, source
from {{ source('brapped', 'plays') }}
where counts_as_play and incognito is not true
