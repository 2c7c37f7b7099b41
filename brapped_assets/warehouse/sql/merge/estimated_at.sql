-- Estimated rows whose time since the previous END may have changed: those at these instants, and their successors.
with changed as (
    select distinct unnest(%(instants)s::timestamptz[]) as played_at
),
affected as (
    select played_at from changed
    union
    select (select min(f.played_at) from star.streaming_fact f
             where f.listener_id = %(listener_id)s and f.played_at > c.played_at) from changed c
)
select f.play_key from star.streaming_fact f
where f.listener_id = %(listener_id)s and f.is_estimated and f.played_at in (select played_at from affected)
