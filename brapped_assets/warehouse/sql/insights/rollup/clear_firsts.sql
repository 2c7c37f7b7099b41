-- After the years: what has no play left.
delete from insights.track_first k
where k.listener_id = %(listener_id)s and k.first_on = any(%(days)s::date[])
  and not exists (select from insights.track_year y
                   where y.listener_id = k.listener_id and y.track_key = k.track_key)
