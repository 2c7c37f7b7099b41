-- Where an album stands among all: two before it, itself, two after it. Ties: plays, then minutes, then the older key.
with l as materialized (
    select al.release_group, min(al.album_key) as key, sum(s.plays)::int as plays, sum(s.ms)::bigint as ms
    from (select t.album_key, sum(s.plays) as plays, sum(s.ms) as ms
            from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) s join star.track_dim t using (track_key)
           group by t.album_key) s
    join star.album_dim al using (album_key)
    group by al.release_group
), me as materialized (
    select l.* from l join star.album_dim asked using (release_group) where asked.album_key = %(key)s
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
select case when n.release_group = me.release_group then %(key)s else d.album_key end as key, d.album_name as name,
       n.plays, n.ms, c.among, c.my_rank
from near n cross join star.shown_release(n.release_group) d cross join counted c cross join me
order by n.plays desc, n.ms desc, n.key
