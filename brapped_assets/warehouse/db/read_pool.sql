-- name: begin
-- A page's transaction: it changes nothing, in UTC, without the planner's compiler, and acts as PostgreSQL's own role of
-- whoever may read everything and write nothing, where we may take it (since 16 being a member of it is not enough).
select set_config('transaction_read_only', 'on', true), set_config('timezone', 'UTC', true),
       set_config('statement_timeout', %(timeout)s, true), set_config('jit', 'off', true),
       set_config('role', case when pg_has_role('pg_read_all_data',
                                                case when current_setting('server_version_num')::int >= 160000
                                                     then 'SET' else 'MEMBER' end)
                               then 'pg_read_all_data' else 'none' end, true)
