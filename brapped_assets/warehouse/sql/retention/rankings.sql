-- Of each ISO week the first ranking that was taken stays.
delete from star.spotify_top t
using (select listener_id, date_trunc('week', taken_on)::date as week, min(taken_on) as first_on
         from star.spotify_top group by 1, 2) kept
where t.taken_on < %(before)s and kept.listener_id = t.listener_id
  and kept.week = date_trunc('week', t.taken_on)::date and t.taken_on > kept.first_on
