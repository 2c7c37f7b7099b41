-- What is left to tell: its UTC days, whether account data told anything of them to the minute alone, and the key that all
-- rows of this merge will lie above.
select array(select distinct ended_at::date from staged_play order by 1) as days,
       exists (select from stored where not in_extended) as is_told_to_the_minute,
       (select coalesce(max(play_key), 0) from star.streaming_fact) as newest_key
