-- As every merge does: what is found stays until this transaction ends.
select pg_advisory_xact_lock_shared(8271403)
