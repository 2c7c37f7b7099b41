-- A stretch tells of having been played in it: of one that reaches into what is kept, that part stays.
with cut as (
    update insights.hidden_time set from_at = %(before)s
    where listener_id = %(listener_id)s and track_key is null and from_at < %(before)s and until_at > %(before)s
)
delete from insights.hidden_time h
where h.listener_id = %(listener_id)s
  and (h.until_at <= %(before)s or h.track_key not in (select star.tracks_of(%(listener_id)s)))
