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
