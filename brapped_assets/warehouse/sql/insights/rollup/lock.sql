-- One rebuild of a listener at a time; merges and landing do not wait for it.
select pg_advisory_xact_lock(hashtext('brapped rollup'), %(listener_id)s)
