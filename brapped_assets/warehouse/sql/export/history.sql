-- One row per play, as a row of Spotify's own extended streaming history, for programs that read those. `brapped` says
-- what theirs cannot: it is a copy, and which milliseconds are estimated.
select extract(year from p.played_at at time zone 'UTC')::int as year,
       json_build_object(
           'ts', to_char(p.played_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           'platform', p.platform, 'ms_played', p.ms_played, 'conn_country', p.country,
           'master_metadata_track_name', p.track_name,
           'master_metadata_album_artist_name', coalesce(x.artist, p.artist_name),
           'master_metadata_album_album_name', coalesce(x.album, p.album_name),
           'spotify_track_uri', coalesce('spotify:track:' || p.track_id,
                                         case when t.track_ref like 'spotify:%%' then t.track_ref end),
           'episode_name', null, 'episode_show_name', null, 'spotify_episode_uri', null, 'audiobook_title', null,
           'audiobook_uri', null, 'audiobook_chapter_uri', null, 'audiobook_chapter_title', null,
           'reason_start', p.reason_start, 'reason_end', p.reason_end, 'shuffle', p.shuffle, 'skipped', p.skipped,
           'offline', p.offline, 'offline_timestamp', null, 'incognito_mode', p.incognito,
           'brapped', json_build_object('played_at', p.played_at, 'source', p.source,
                                        'ms_played_basis', p.ms_played_basis, 'context_uri', p.context_uri)
       )::text as row
from bi.plays p
join star.streaming_fact f using (play_key)
join star.track_dim t on t.track_key = p.track_key
left join raw.export_track x using (export_track_key)
where p.listener_id = %(listener_id)s
order by p.played_at, p.play_key
