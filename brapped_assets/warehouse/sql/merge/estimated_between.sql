-- Estimated rows whose time since the previous END may have changed: those in a span, and its successor.
select f.play_key from star.streaming_fact f
where f.listener_id = %(listener_id)s and f.is_estimated and f.played_at >= %(first_at)s
  and f.played_at <= coalesce((select min(n.played_at) from star.streaming_fact n
                                where n.listener_id = %(listener_id)s and n.played_at > %(last_at)s), %(last_at)s)
