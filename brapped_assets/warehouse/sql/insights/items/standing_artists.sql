-- Where an artist stands among all: two before it, itself, two after it. Ties: plays, then minutes, then the older key.
with me as materialized (
    select artist_key as key, plays, ms
    from insights.artist_sums(%(listener_id)s, %(first)s, %(until)s)
    where artist_key = %(key)s
), l as materialized (
    select artist_key as key, plays, ms
    from insights.artist_sums(%(listener_id)s, %(first)s, %(until)s)
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
select n.key, d.artist_name as name, n.plays, n.ms, c.among, c.my_rank
from near n join star.artist_dim d on d.artist_key = n.key cross join counted c
order by n.plays desc, n.ms desc, n.key
