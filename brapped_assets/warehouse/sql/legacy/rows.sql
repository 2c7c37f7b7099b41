-- As JSON: every row can be read, whatever its columns are and have become. In time order, so that a piece is a stretch.
declare old_rows no scroll cursor for
select to_jsonb(told) as row from {table} told order by to_jsonb(told) ->> 'played_at'
