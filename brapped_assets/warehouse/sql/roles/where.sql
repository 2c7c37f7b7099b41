select current_database() as database, pg_get_userbyid(nspowner) as owner from pg_namespace where nspname = 'bi'
