-- Every row around a polled play (Brapped's or the old scripts') in one of the spans, with what each half says of its
-- track. Step by step: the planner cannot know how few rows lie in a stretch of time, and would start from all tracks.
with polled as materialized (
    select distinct found.at
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) as s (first_at, last_at)
    cross join lateral (select f.api_at as at from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.api_at between s.first_at - %(reach)s and s.last_at + %(reach)s
                        union all
                        select f.legacy_at from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.legacy_at between s.first_at - %(reach)s and s.last_at + %(reach)s) found
),
near as materialized (
    select distinct found.play_key
    from polled p
    cross join lateral (select f.play_key from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.played_at between p.at - %(around)s and p.at + %(around)s
                        offset 0) found
)
select half.*, served.title as api_title, served.artists as api_artists, served.album as api_album
from near
cross join lateral (
    select f.play_key, f.listener_id, f.api_at, api.track_ref as api_ref, f.legacy_at, old.track_ref as legacy_ref,
           old.title as legacy_title, old.artist as legacy_artist, f.export_at, f.export_ms, f.export_nth,
           f.in_extended, x.track_ref as export_ref, x.title as export_title, x.artist as export_artist,
           x.album as export_album
    from star.streaming_fact f
    left join star.track_dim api on api.track_key = f.api_track_key
    left join raw.legacy_track old on old.legacy_track_key = f.legacy_track_key
    left join raw.export_track x on x.export_track_key = f.export_track_key
    where f.play_key = near.play_key
    offset 0
) half
left join lateral (
    select star.text_of(p.payload -> 'name') as title,
           star.text_of(p.payload #> '{album,name}') as album,
           array(select coalesce(c.artist_name, 'Unknown artist') from star.credits_served(p.payload) c
                 union
                 select coalesce(a.artist_name, 'Unknown artist') from star.credits_served(p.payload -> 'album') a) as artists
    from raw.recently_played r join raw.track_payload p using (payload_key)
    where r.listener_id = half.listener_id and r.played_at = half.api_at and r.track_ref = half.api_ref
    offset 0
) served on true
