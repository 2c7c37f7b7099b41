-- Skips what another listener's rebuild clears at this moment: nobody waits.
with gone as (
    delete from insights.changed
    where ctid = any(array(select c.ctid from insights.changed c for update skip locked))
    returning by_transaction
)
insert into insights.changed select pg_current_xact_id() where exists (select from gone)
