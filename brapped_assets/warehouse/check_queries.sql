-- name: count_and_sample
with offending as (
{offending}
)
select (select count(*) from offending)::int as offending,
       (select coalesce(jsonb_agg(to_jsonb(o)), '[]') from (select * from offending limit 5) o) as sample

-- name: answers_have_the_known_keys
-- The early warning that Spotify changed.
select key, kind, count(*)::int as polls, max(polled_at) as last_at
from audit.poll p
cross join lateral (select unnest(p.keys_missing) as key, 'missing' as kind
                    union all select unnest(p.keys_new), 'new') as odd
where p.polled_at > %(now)s::timestamptz - interval '24 hours'
group by key, kind
order by kind, key

-- name: api_plays_keep_their_distance
-- Spotify shows a play after some 30 s of it, so the same track cannot end twice within them. (Other tracks can: a
-- second device, or the 2 to 3 s tails that are sometimes served.)
select listener_id, api_at, previous_at, track_key
from (select f.listener_id, f.api_at, f.track_key,
             lag(f.api_at) over (partition by f.listener_id, f.api_track_key order by f.api_at) as previous_at
        from star.streaming_fact f where f.api_at >= %(since)s) plays
where api_at - previous_at < interval '30 seconds'
order by api_at

-- name: call_budget_holds
select sum(calls)::int as calls, %(budget)s::int as budget from audit.api_call
where minute > %(now)s::timestamptz - interval '24 hours' and minute <= %(now)s::timestamptz + interval '1 hour'
having sum(calls) > %(budget)s

-- name: consent_lasts_14_days
-- Six months from the login; a consent of unknown date is no offence, `brapped status` says so.
select listener_id, authorized_at, consent_ended_at,
       authorized_at + interval '6 months' as ends_at
from audit.listener
where consent_ended_at is not null or authorized_at + interval '6 months' < %(now)s::timestamptz + %(renew_within)s::interval

-- name: every_gap_is_closed
select listener_id, gap_start, gap_end, round(extract(epoch from gap_end - gap_start) / 3600, 1)::float8 as hours
from bi.coverage_gaps
where closed_at is null
order by gap_start desc

-- name: every_landed_play_is_merged
-- Landed a minute and more before the last merge began: what another run lands at this moment has its merge ahead.
select r.listener_id, r.played_at, p.polled_at, l.merged_at
from raw.recently_played r
join audit.poll p using (poll_id)
join audit.listener l on l.listener_id = r.listener_id
where not r.is_merged and p.polled_at < l.merged_at - interval '1 minute' and p.polled_at >= %(since)s
order by r.played_at

-- name: every_import_is_finished
select file_id, listener_id, rows_read, started_at from audit.import_file
where finished_at is null and started_at < %(now)s::timestamptz - interval '1 day'
order by started_at

-- name: every_play_has_track_and_artist
-- Credits are filled once the track's payload has been read; from then on position 0 is the main artist.
select f.play_key, f.played_at, f.track_key, t.artist_key, main.artist_key as first_credit
from star.streaming_fact f
left join star.track_dim t using (track_key)
left join star.artist_dim a using (artist_key)
left join star.track_artist main on main.track_key = t.track_key and main.position = 0
where f.played_at >= %(since)s
  and (a.artist_key is null or (t.payload_key is not null and main.artist_key is distinct from t.artist_key))
order by f.played_at

-- name: every_ranking_has_six_lists
select listener_id, taken_on, count(distinct (kind, time_range))::int as lists
from star.spotify_top t
where taken_on = (select max(n.taken_on) from star.spotify_top n where n.listener_id = t.listener_id)
group by listener_id, taken_on
having count(distinct (kind, time_range)) < 6
order by listener_id

-- name: every_ranking_is_recent
-- Of those who ever had one: a consent may not cover it.
select l.listener_id, max(t.taken_on) as taken_on
from audit.listener l join star.spotify_top t using (listener_id)
where l.token_fingerprint is not null and l.consent_ended_at is null
group by l.listener_id
having max(t.taken_on) < (%(now)s::timestamptz)::date - 7
order by l.listener_id

-- name: every_track_read_has_credits
select t.track_key, t.track_id, t.payload_key from star.track_dim t
where t.payload_key is not null
  and not exists (select from star.track_artist c where c.track_key = t.track_key and c.position = 0)
order by t.track_key

-- name: everything_served_is_understood
-- While it is new: a kind of item first met long ago is for nobody to mend. Not the row itself: samples stay in Dagster's
-- history, where nobody forgets them.
select listener_id, reason, times, first_seen_at, last_seen_at, content_hash
from (select r.*, min(r.first_seen_at) over (partition by r.listener_id, r.reason) as kind_first_seen_at
        from audit.rejected_row r where r.source = 'poll' and r.kind = 'not_understood') odd
where kind_first_seen_at > %(now)s::timestamptz - %(news)s::interval
order by last_seen_at desc

-- name: latest_poll_is_recent
select l.listener_id, max(p.polled_at) as last_polled_at
from audit.listener l
-- A poll of a clock that was ahead is no recent poll.
left join audit.poll p on p.listener_id = l.listener_id and p.polled_at <= %(now)s::timestamptz + interval '1 hour'
where l.token_fingerprint is not null and l.consent_ended_at is null
group by l.listener_id
having max(p.polled_at) is null or max(p.polled_at) < %(now)s::timestamptz - %(standstill)s::interval

-- name: local_time_agrees_with_the_zone
with lived as materialized (
    select l.listener_id, held.moves, held.zones from audit.listener l cross join lateral audit.zones_of(l.listener_id) held
)
select f.play_key, f.played_at, f.played_at_local, l.zones[1 + width_bucket(f.played_at, l.moves)] as time_zone
from star.streaming_fact f join lived l using (listener_id)
where f.played_at >= %(since)s and f.played_at_local <> star.local_time(f.played_at, l.moves, l.zones)
order by f.played_at

-- name: most_pictures_are_known
-- Once there are some: a handful says nothing.
select kind, count(*)::int as looked_up, count(*) filter (where image_url is null)::int as without_picture
from (select 'artists' as kind, a.image_url from star.artist_dim a where a.asked_at is not null and not a.is_unknown
      union all
      select 'tracks', al.image_url from star.track_dim t left join star.album_dim al using (album_key)
       where t.payload_key is not null and t.track_id is not null) looked_up
group by kind
having count(*) >= 20 and count(*) filter (where image_url is null) > count(*) / 2
order by kind

-- name: no_hour_was_lost
select listener_id, gap_start, gap_end, reason from bi.coverage_gaps
where closed_at is null and gap_end >= %(since)s
order by gap_start desc

-- name: no_play_is_in_the_future
-- Five minutes for clocks that differ.
select play_key, listener_id, played_at from star.streaming_fact
where played_at > %(now)s::timestamptz + interval '5 minutes'
order by played_at

-- name: no_spoken_play_is_music
select p.spoken_key, p.listener_id, p.played_at, f.play_key
from star.spoken_play p
join star.spoken_item i using (spoken_item_key)
join star.streaming_fact f on f.listener_id = p.listener_id and f.in_account and f.export_ms = p.ms_played
                          and f.played_at = date_trunc('minute', p.played_at, 'UTC')
join raw.export_track x using (export_track_key)
where p.told_by = 'extended' and p.uploaded_at is null and p.nth = 1 and f.export_nth = 1
  and i.item_ref not like 'spotify:track:%%' and x.artist || chr(31) || x.title = any(i.names)
order by p.played_at

-- name: no_spotify_id_is_double
select 'track' as kind, track_id as spotify_id, count(*)::int as rows
from star.track_dim where track_id is not null group by track_id having count(*) > 1
union all
select 'artist', artist_id, count(*)::int
from star.artist_dim where artist_id is not null group by artist_id having count(*) > 1
union all
select 'album', album_id, count(*)::int
from star.album_dim where album_id is not null group by album_id having count(*) > 1
order by 1, 2
