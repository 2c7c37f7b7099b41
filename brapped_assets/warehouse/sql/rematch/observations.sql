-- Every row within reach of a polled play, with what each half says of its track.
with polled as (
    select f.api_at from star.streaming_fact f
    where f.listener_id = %(listener_id)s
      and f.api_at between %(first_at)s::timestamptz - %(reach)s and %(last_at)s::timestamptz + %(reach)s
),
near as (
    select distinct f.play_key
    from polled p
    join star.streaming_fact f
      on f.listener_id = %(listener_id)s
     and f.played_at between p.api_at - 2 * %(reach)s and p.api_at + 2 * %(reach)s
)
select f.play_key, f.api_at, api.track_id as api_track_id, served.title as api_title, served.artists as api_artists,
       f.export_at, f.export_ms, x.track_id as export_track_id, x.title as export_title, x.artist as export_artist
from near
join star.streaming_fact f using (play_key)
left join star.track_dim api on api.track_key = f.api_track_key
left join raw.recently_played r
  on r.listener_id = f.listener_id and r.played_at = f.api_at and r.track_ref = api.track_ref
left join raw.track_payload p on p.payload_key = r.payload_key
left join lateral (
    select star.text_of(p.payload -> 'name') as title,
           array(select c.artist_name from star.credits_of(p.payload) c
                 union select a.artist_name from star.credits_of(p.payload -> 'album') a) as artists
) served on f.api_at is not null
left join raw.export_track x on x.export_track_key = f.export_track_key
