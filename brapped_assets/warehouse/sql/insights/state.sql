-- Everything a page depends on but its address: what changed of late, and which day it is for whom.
select array(select c.by_transaction::text from insights.changed c order by 1) as changed,
       array(select (%(now)s::timestamptz at time zone l.time_zone)::date from audit.listener l order by l.listener_id) as days
