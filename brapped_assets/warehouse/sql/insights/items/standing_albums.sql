-- Where an album stands among all: two before it, itself, two after it. Ties: plays, then minutes, then the older key.
with me as materialized (
    select t.album_key as key, sum(s.plays)::int as plays, sum(s.ms)::bigint as ms
    from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) s
    join star.track_dim t using (track_key)
    where s.track_key = any(array(select d.track_key from star.track_dim d where d.album_key = %(key)s))
    group by t.album_key
), l as materialized (
    select t.album_key as key, sum(s.plays)::int as plays, sum(s.ms)::bigint as ms
    from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) s
    join star.track_dim t using (track_key)
    where t.album_key is not null
    group by t.album_key
), counted as materialized (
    select count(*)::int as among,
           count(*) filter (where (l.plays, l.ms, -l.key) >= (me.plays, me.ms, -me.key))::int as my_rank
    from l cross join me
), near as (
    (select l.* from l, me
      where l.plays >= me.plays and (l.plays, l.ms, -l.key) > (me.plays, me.ms, -me.key)
      order by l.plays, l.ms, l.key desc limit 2)
    union all
    select * from me
    union all
    (select l.* from l, me
      where l.plays <= me.plays and (l.plays, l.ms, -l.key) < (me.plays, me.ms, -me.key)
      order by l.plays desc, l.ms desc, l.key limit 2)
)
select n.key, d.album_name as name, n.plays, n.ms, c.among, c.my_rank
from near n join star.album_dim d on d.album_key = n.key cross join counted c
order by n.plays desc, n.ms desc, n.key
