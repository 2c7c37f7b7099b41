-- Five minutes for clocks that differ.
select play_key, listener_id, played_at from star.streaming_fact
where played_at > %(now)s::timestamptz + interval '5 minutes'
order by played_at
