-- Of each ISO week the first ranking that was taken stays.
delete from star.spotify_top t
where t.taken_on < %(before)s
  and exists (select from star.spotify_top earlier
              where earlier.listener_id = t.listener_id and earlier.taken_on < t.taken_on
                and earlier.taken_on >= date_trunc('week', t.taken_on)::date)
