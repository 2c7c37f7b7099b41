-- Plays by device, as exports word it.
select l.label as platform, sum(d.plays)::int as plays, sum(d.ms)::bigint as ms
from insights.devices_of(%(listener_id)s, %(first)s, %(until)s) d
join star.play_label l on l.label_key = d.platform_key
group by l.label
order by l.label
