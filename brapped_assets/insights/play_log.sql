-- name: gaps
-- Stretches in which plays may be missing that reach between two instants, newest first; in UTC and in the listener's time.
select g.gap_start, g.gap_end, star.local_time(g.gap_start, held.moves, held.zones) as starts_local,
       star.local_time(g.gap_end, held.moves, held.zones) as ends_local
from bi.coverage_gaps g cross join audit.zones_of(%(listener_id)s) held
where g.listener_id = %(listener_id)s and g.closed_at is null and g.gap_start < %(newest)s and g.gap_end > %(oldest)s
order by g.gap_end desc

-- name: before
-- How many plays of one END come before a key.
select count(*) as plays
from star.streaming_fact
where listener_id = %(listener_id)s and played_at = %(at)s and play_key < %(play_key)s

-- name: rows
-- Plays by END and by which of those with the same END they are (0 the first), in that order. What statistics leave out says so; names are as the
-- listener's aliases have them, `heard_key` is of what was heard.
select f.play_key, f.played_at, f.played_at_local, f.played_on, f.track_key as heard_key, t.track_key, t.track_id, t.track_name,
       a.artist_key, a.artist_name,
       al.album_name, al.image_url is not null as has_cover,
       f.ms_played, f.repeat_of is not null as is_repeat,
       f.is_estimated, f.skipped, f.shuffle, f.offline, f.incognito,
       platform.label as platform, c.context_type, c.context_uri,
       case when f.api_at is not null and f.export_at is not null then 'both'
            when f.api_at is not null then 'api'
            when f.export_at is not null then 'export'
            else 'legacy' end as source,
       exists (select from insights.hidden h
                where h.listener_id = f.listener_id
                  and (h.track_key in (f.track_key, t.track_key) or h.artist_key in (heard.artist_key, a.artist_key) or h.context_uri = c.context_uri))
       or exists (select from insights.hidden_time h
                   where h.listener_id = f.listener_id and f.played_at >= h.from_at and f.played_at < h.until_at
                     and (h.track_key is null or h.track_key = f.track_key)) as hidden
from unnest(%(ends)s::timestamptz[], %(nths)s::int[]) with ordinality as asked (played_at, nth, place)
cross join lateral (select * from star.streaming_fact
                     where listener_id = %(listener_id)s and played_at = asked.played_at
                     order by play_key offset asked.nth limit 1) f
join star.track_dim heard on heard.track_key = f.track_key
left join insights.alias same_track
       on same_track.listener_id = f.listener_id and same_track.kind = 'track' and same_track.from_key = f.track_key
join star.track_dim t on t.track_key = coalesce(same_track.to_key, f.track_key)
left join insights.alias same_artist
       on same_artist.listener_id = f.listener_id and same_artist.kind = 'artist' and same_artist.from_key = t.artist_key
join star.artist_dim a on a.artist_key = coalesce(same_artist.to_key, t.artist_key)
left join star.album_dim al on al.album_key = t.album_key
left join raw.context c on c.context_key = f.api_context_key
left join star.play_label platform on platform.label_key = f.platform_key
order by asked.place
