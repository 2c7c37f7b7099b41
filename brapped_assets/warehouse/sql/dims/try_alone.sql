-- Whether nobody else holds artists and albums, from here to the end of this transaction. Waiting for it would make every
-- later merge wait, too; whoever reads payloads next tries again.
select pg_try_advisory_xact_lock(8271403) as is_alone
