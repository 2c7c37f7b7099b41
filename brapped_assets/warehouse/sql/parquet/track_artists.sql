select c.* from bi.track_artists c
where c.track_key in (select star.tracks_of(%(listener_id)s))
order by c.track_key, c.position
