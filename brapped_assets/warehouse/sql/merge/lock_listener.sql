-- One merge of a listener at a time. Not `for update`: that would also stop landing, whose rows point at this one.
-- Nor are artists and albums folded meanwhile (dims/try_alone.sql): whatever a merge has found stays until it ends.
select l.listener_id, l.time_zone, l.forgotten_before
from audit.listener l, pg_advisory_xact_lock_shared(8271403)
where l.listener_id = %(listener_id)s
for no key update of l
