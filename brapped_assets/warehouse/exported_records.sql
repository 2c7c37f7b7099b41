-- name: star.streaming_fact
-- The halves of extended history; those of the API follow from raw.recently_played, those of account data alone from
-- raw.account_play.
select jsonb_build_object(
           'export_at', f.export_at, 'uploaded_at', f.uploaded_at, 'track_hash', x.content_hash, 'export_ms', f.export_ms,
           'export_nth', f.export_nth, 'in_extended', f.in_extended, 'platform', platform.label,
           'country', country.label, 'reason_start', reason_start.label, 'reason_end', reason_end.label,
           'shuffle', f.shuffle, 'skipped', f.skipped, 'offline', f.offline, 'incognito', f.incognito) as record
from star.streaming_fact f
join raw.export_track x using (export_track_key)
left join star.play_label platform on platform.label_key = f.platform_key
left join star.play_label country on country.label_key = f.country_key
left join star.play_label reason_start on reason_start.label_key = f.reason_start_key
left join star.play_label reason_end on reason_end.label_key = f.reason_end_key
where f.listener_id = %(listener_id)s and f.in_extended
order by f.export_at, x.track_ref, f.export_ms, f.uploaded_at, f.export_nth

-- name: star.spoken_item
select jsonb_build_object('item_ref', i.item_ref, 'show_uri', i.show_uri, 'names', i.names) as record
from star.spoken_item i where i.listener_id = %(listener_id)s
order by i.item_ref

-- name: star.spoken_play
-- What counts elsewhere, too; whether it does is found out again.
select jsonb_build_object(
           'played_at', p.played_at, 'item_ref', i.item_ref, 'ms_played', p.ms_played, 'told_by', p.told_by, 'nth', p.nth,
           'kind', p.kind, 'uploaded_at', p.uploaded_at, 'platform', platform.label, 'country', country.label,
           'reason_start', reason_start.label, 'reason_end', reason_end.label, 'shuffle', p.shuffle, 'skipped', p.skipped,
           'offline', p.offline, 'incognito', p.incognito) as record
from star.spoken_play p
join star.spoken_item i using (spoken_item_key)
left join star.play_label platform on platform.label_key = p.platform_key
left join star.play_label country on country.label_key = p.country_key
left join star.play_label reason_start on reason_start.label_key = p.reason_start_key
left join star.play_label reason_end on reason_end.label_key = p.reason_end_key
where p.listener_id = %(listener_id)s
order by p.played_at, i.item_ref, p.ms_played, p.told_by, p.nth

-- name: raw.recently_played
select jsonb_build_object('played_at', r.played_at, 'track_ref', r.track_ref, 'payload_hash', p.content_hash,
                          'context_hash', c.content_hash, 'polled_at', poll.polled_at) as record
from raw.recently_played r
join raw.track_payload p using (payload_key)
join audit.poll poll using (poll_id)
left join raw.context c using (context_key)
where r.listener_id = %(listener_id)s
order by r.played_at, r.track_ref

-- name: raw.legacy_play
select jsonb_build_object('played_at', l.played_at, 'track_hash', o.content_hash) as record
from raw.legacy_play l join raw.legacy_track o using (legacy_track_key)
where l.listener_id = %(listener_id)s
order by l.played_at, o.content_hash

-- name: raw.account_play
select jsonb_build_object('played_minute', a.played_minute, 'track_hash', x.content_hash, 'ms_played', a.ms_played,
                          'times', a.times) as record
from raw.account_play a join raw.export_track x using (export_track_key)
where a.listener_id = %(listener_id)s
order by a.played_minute, x.content_hash, a.ms_played

-- name: audit.poll
select to_jsonb(p) - '{poll_id,listener_id}'::text[] as record
from audit.poll p where p.listener_id = %(listener_id)s
order by p.poll_id

-- name: audit.import_file
select to_jsonb(i) - '{file_id,listener_id}'::text[] as record
from audit.import_file i where i.listener_id = %(listener_id)s
order by i.file_id

-- name: insights.hidden
select jsonb_build_object('artist_id', a.artist_id, 'artist_name', a.artist_name, 'track_ref', t.track_ref,
                          'context_uri', h.context_uri, 'hidden_at', h.hidden_at, 'why', h.why) as record
from insights.hidden h
left join star.artist_dim a on a.artist_key = h.artist_key
left join star.track_dim t on t.track_key = h.track_key
where h.listener_id = %(listener_id)s and (h.context_uri is not null or a.artist_key is not null or t.track_key is not null)
order by h.hidden_at, h.hidden_id

-- name: insights.hidden_time
select jsonb_build_object('from_at', h.from_at, 'until_at', h.until_at, 'track_ref', t.track_ref,
                          'hidden_at', h.hidden_at, 'why', h.why) as record
from insights.hidden_time h
left join star.track_dim t on t.track_key = h.track_key
where h.listener_id = %(listener_id)s and (h.track_key is null or t.track_key is not null)
order by h.hidden_at, h.hidden_time_id

-- name: insights.alias
select jsonb_build_object('artist_id', af.artist_id, 'artist_name', af.artist_name, 'to_artist_id', at.artist_id,
                          'to_artist_name', at.artist_name, 'track_ref', tf.track_ref, 'to_track_ref', tt.track_ref,
                          'aliased_at', s.aliased_at, 'why', s.why) as record
from insights.alias s
left join star.artist_dim af on s.kind = 'artist' and af.artist_key = s.from_key
left join star.artist_dim at on s.kind = 'artist' and at.artist_key = s.to_key
left join star.track_dim tf on s.kind = 'track' and tf.track_key = s.from_key
left join star.track_dim tt on s.kind = 'track' and tt.track_key = s.to_key
where s.listener_id = %(listener_id)s
  and (af.artist_key is not null and at.artist_key is not null or tf.track_key is not null and tt.track_key is not null)
order by s.aliased_at, s.alias_id

-- name: insights.heard_time
select jsonb_build_object('from_at', h.from_at, 'until_at', h.until_at, 'said_at', h.said_at) as record
from insights.heard_time h
where h.listener_id = %(listener_id)s
order by h.said_at, h.heard_time_id

-- name: raw.track_payload
select to_jsonb(p) - 'payload_key' as record
from raw.track_payload p
where p.track_ref in (select t.track_ref from star.track_dim t where t.track_key in (select star.tracks_of(%(listener_id)s)))
   or p.payload_key in (select r.payload_key from raw.recently_played r where r.listener_id = %(listener_id)s)
order by p.payload_key

-- name: raw.context
select jsonb_build_object('content_hash', c.content_hash, 'payload', c.payload) as record
from raw.context c
where c.context_key in (select r.context_key from raw.recently_played r where r.listener_id = %(listener_id)s)
order by c.context_key

-- name: star.artist_dim
select to_jsonb(a) - '{artist_key,search_name,is_nobody,tags_due_at}'::text[] as record
from star.artist_dim a
where a.artist_id is not null and a.artist_key in (select star.artists_of(%(listener_id)s))
order by a.artist_key

-- name: star.artist_tags
-- With all that is told, so that nobody is asked again where it is brought back.
select to_jsonb(t) - '{artist_key,is_pending}'::text[]
       || jsonb_build_object('artist_id', a.artist_id, 'tags_due_at', a.tags_due_at, 'told', coalesce(g.told, '[]')) as record
from star.artist_tags t
join star.artist_dim a using (artist_key)
left join lateral (select jsonb_agg(jsonb_build_object('source', g.source, 'genre', g.genre, 'votes', g.votes)
                                    order by g.source, g.genre) as told
                     from star.artist_genre g where g.artist_key = a.artist_key) g on true
where a.artist_id is not null and t.asked_at is not null and a.artist_key in (select star.artists_of(%(listener_id)s))
order by a.artist_id

-- name: insights.artist_override
-- Of all artists: it is the home's, and the listener's with it.
select to_jsonb(o) - '{in_file}'::text[] as record from insights.artist_override o order by o.artist_ref

-- name: star.album_dim
-- It may be read from a track that only somebody else played: their payload is not told of here.
select to_jsonb(a) - '{album_key,payload_key,search_name,release_group,told_group,bare_title,group_due_at}'::text[] || jsonb_build_object('payload_hash', p.content_hash) as record
from star.album_dim a
left join raw.track_payload p on p.payload_key = a.payload_key
     and (p.track_ref in (select t.track_ref from star.track_dim t where t.track_key in (select star.tracks_of(%(listener_id)s)))
          or p.payload_key in (select r.payload_key from raw.recently_played r where r.listener_id = %(listener_id)s))
where a.album_key in (select t.album_key from star.track_dim t where t.track_key in (select star.tracks_of(%(listener_id)s)))
order by a.album_key

-- name: star.album_group
-- With when to ask again, so that nobody is asked before where it is brought back.
select to_jsonb(g) - 'album_key' || jsonb_build_object('album_id', a.album_id, 'group_due_at', a.group_due_at) as record
from star.album_group g
join star.album_dim a using (album_key)
where a.album_id is not null
  and a.album_key in (select t.album_key from star.track_dim t where t.track_key in (select star.tracks_of(%(listener_id)s)))
order by a.album_id

-- name: star.track_dim
select to_jsonb(t) - '{track_key,artist_key,album_key,payload_key,search_name}'::text[]
       || jsonb_build_object('artist_id', a.artist_id, 'artist_name', a.artist_name, 'album_ref', al.album_ref,
                             'payload_hash', p.content_hash) as record
from star.track_dim t
join star.artist_dim a using (artist_key)
left join star.album_dim al using (album_key)
left join raw.track_payload p on p.payload_key = t.payload_key
where t.track_key in (select star.tracks_of(%(listener_id)s))
order by t.track_key

-- name: star.track_artist
select jsonb_build_object('track_ref', t.track_ref, 'position', c.position, 'artist_id', a.artist_id,
                          'artist_name', a.artist_name) as record
from star.track_artist c
join star.track_dim t using (track_key)
join star.artist_dim a on a.artist_key = c.artist_key
where c.track_key in (select star.tracks_of(%(listener_id)s))
order by c.track_key, c.position

-- name: raw.export_track
select to_jsonb(x) - 'export_track_key' as record
from raw.export_track x
where x.export_track_key in (select f.export_track_key from star.streaming_fact f where f.listener_id = %(listener_id)s
                             union
                             select a.export_track_key from raw.account_play a where a.listener_id = %(listener_id)s)
order by x.export_track_key

-- name: raw.legacy_track
select to_jsonb(o) - 'legacy_track_key' as record
from raw.legacy_track o
where o.legacy_track_key in (select l.legacy_track_key from raw.legacy_play l where l.listener_id = %(listener_id)s)
order by o.legacy_track_key

-- name: star.spotify_top
select jsonb_build_object('taken_on', s.taken_on, 'kind', s.kind, 'time_range', s.time_range, 'rank', s.rank,
                          'artist_id', a.artist_id, 'track_ref', t.track_ref) as record
from star.spotify_top s
left join star.artist_dim a on a.artist_key = s.artist_key
left join star.track_dim t on t.track_key = s.track_key
where s.listener_id = %(listener_id)s
order by s.taken_on, s.kind, s.time_range, s.rank

-- name: insights.counting_rule
select jsonb_build_object('rule', c.rule, 'chosen_at', c.chosen_at) as record
from insights.counting_rule c
where c.listener_id = %(listener_id)s

-- name: insights.preference
select to_jsonb(p) - 'listener_id' as record
from insights.preference p
where p.listener_id = %(listener_id)s

-- name: audit.rejected_row
select to_jsonb(r) - '{listener_id,poll_id}'::text[] || jsonb_build_object('polled_at', p.polled_at) as record
from audit.rejected_row r left join audit.poll p using (poll_id)
where r.listener_id = %(listener_id)s
order by r.source, r.content_hash

-- name: audit.gap
select jsonb_build_object('gap_start', g.gap_start, 'gap_end', g.gap_end, 'reason', g.reason, 'polled_at', p.polled_at)
       as record
from audit.gap g join audit.poll p using (poll_id)
where g.listener_id = %(listener_id)s
order by g.gap_start, g.gap_end

-- name: audit.archive_member
select jsonb_build_object('file_hash', i.content_hash, 'archive', m.archive, 'running_number', m.running_number,
                          'met_at', m.met_at) as record
from audit.archive_member m join audit.import_file i using (file_id)
where i.listener_id = %(listener_id)s
order by i.file_id, m.archive

-- name: listener
-- `collected_until`: the newest play polled. What only this machine can use (token, consent) stays here.
select jsonb_build_object(
           'spotify_user_id', l.spotify_user_id, 'account_id', l.account_id, 'display_name', l.display_name,
           'time_zone', l.time_zone, 'collected_since', l.collected_since, 'forgotten_before', l.forgotten_before,
           'zones', coalesce((select jsonb_agg(jsonb_build_object('from_at', nullif(z.from_at, '-infinity'),
                                                              'time_zone', z.time_zone) order by z.from_at)
                                from audit.listener_zone z where z.listener_id = l.listener_id), '[]'),
           'collected_until', (select max(r.played_at) from raw.recently_played r where r.listener_id = l.listener_id)) as record
from audit.listener l where l.listener_id = %(listener_id)s

-- name: extended_history
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
