-- As the two queues say what is due; a track that has landed and is not read yet counts as a payload. Each number by
-- itself, so that it comes from the index of what waits and not from all that is known.
with waiting as (
    select t.ask_again_at from star.track_dim t
    where t.track_id is not null and t.payload_key is null
      and not exists (select from raw.track_payload landed
                       where not landed.is_applied and landed.track_ref = t.track_ref)
)
select (select count(*) from raw.track_payload where not is_applied)::int as payloads,
       (select count(*) from waiting where ask_again_at is null or ask_again_at <= %(now)s)::int as tracks,
       ((select count(*) from star.artist_dim where artist_id is not null and ask_again_at is null)
        + (select count(*) from star.artist_dim where artist_id is not null and ask_again_at <= %(now)s))::int as artists,
       least((select min(ask_again_at) from waiting where ask_again_at > %(now)s),
             (select min(ask_again_at) from star.artist_dim where artist_id is not null and ask_again_at > %(now)s))
           as next_due_at
