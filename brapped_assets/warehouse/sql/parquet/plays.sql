select p.* from bi.plays p where p.listener_id = %(listener_id)s order by p.played_at, p.play_key
