-- name: count_plays
-- The plays that came since the last look, each counted once: what is looked up goes by how often it was played, and no
-- look adds up a whole life. A play that commits late is missed, and nothing but the order suffers.
with fresh as (
    select f.track_key, f.play_key from star.streaming_fact f where f.play_key > %(up_to)s
),
weighed as (
    insert into audit.lookup_weight as known (track_key, plays)
    select track_key, count(*) from fresh group by track_key order by track_key
    on conflict (track_key) do update set plays = known.plays + excluded.plays
)
update audit.lookup_counted set up_to = newest.play_key
from (select max(play_key) as play_key from fresh) newest
where newest.play_key is not null

-- name: counted_up_to
-- Locked: two who count at once would count the same plays.
select up_to from audit.lookup_counted for update

-- name: rest
insert into audit.lookup_rest (kind, rests_until) values (%(kind)s, %(until)s)
on conflict (kind) do update set rests_until = excluded.rests_until

-- name: rests_until
-- A rest that a clock set which was ahead is none.
select rests_until from audit.lookup_rest
where kind = %(kind)s and rests_until > %(now)s and rests_until <= %(latest)s

-- name: track_due
-- Tracks with an id that no payload tells of. One that has landed and is not read yet needs no call.
select t.track_id as spotify_id
from star.track_dim t
left join audit.lookup_weight w using (track_key)
where t.track_id is not null and t.payload_key is null and (t.ask_again_at is null or t.ask_again_at <= %(now)s)
  and not exists (select from raw.track_payload landed
                   where not landed.is_applied and landed.track_ref = t.track_ref)
order by w.plays desc nulls last, t.track_id
limit %(limit)s

-- name: track_lease
update star.track_dim set ask_again_at = %(until)s
where track_ref = %(spotify_id)s and payload_key is null and (ask_again_at is null or ask_again_at <= %(now)s)

-- name: track_release
update star.track_dim set ask_again_at = %(at)s where track_ref = %(spotify_id)s and payload_key is null

-- name: track_unknown
update star.track_dim set ask_again_at = %(at)s, is_unknown = true
where track_ref = %(spotify_id)s and payload_key is null

-- name: artist_due
select a.artist_id as spotify_id
from star.artist_dim a
left join lateral (select sum(w.plays) as plays from star.track_dim t join audit.lookup_weight w using (track_key)
                    where t.artist_key = a.artist_key) p on true
where a.artist_id is not null and (a.ask_again_at is null or a.ask_again_at <= %(now)s)
order by p.plays desc nulls last, a.artist_id
limit %(limit)s

-- name: artist_lease
update star.artist_dim set ask_again_at = %(until)s
where artist_id = %(spotify_id)s and (ask_again_at is null or ask_again_at <= %(now)s)

-- name: artist_release
update star.artist_dim set ask_again_at = %(at)s where artist_id = %(spotify_id)s

-- name: artist_unknown
update star.artist_dim set asked_at = %(now)s, ask_again_at = %(at)s, is_unknown = true where artist_id = %(spotify_id)s

-- name: backlog
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
