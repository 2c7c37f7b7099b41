-- Where an album stands among all: two before it, itself, two after it. Ties: plays, then minutes, then the older key.
with l as materialized (
    select t.album_key as key, sum(s.plays)::int as plays, sum(s.ms)::bigint as ms
    from insights.tracks_of(%(listener_id)s, %(first)s, %(until)s) s
    join star.track_dim t using (track_key)
    where t.album_key is not null
    group by t.album_key
), me as materialized (
    select * from l where key = %(key)s
), near as (
    (select l.* from l, me where (l.plays, l.ms, -l.key) > (me.plays, me.ms, -me.key)
      order by l.plays, l.ms, l.key desc limit 2)
    union all
    select * from me
    union all
    (select l.* from l, me where (l.plays, l.ms, -l.key) < (me.plays, me.ms, -me.key)
      order by l.plays desc, l.ms desc, l.key limit 2)
)
select n.key, d.album_name as name, n.plays, n.ms, (select count(*)::int from l) as among,
       (select count(*)::int from l, me where (l.plays, l.ms, -l.key) >= (me.plays, me.ms, -me.key)) as my_rank
from near n join star.album_dim d on d.album_key = n.key
order by n.plays desc, n.ms desc, n.key
