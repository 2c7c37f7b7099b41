select schemaname || '.' || tablename as name from pg_tables where schemaname = 'insights'
