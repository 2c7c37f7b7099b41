-- A play is there as often as the file tells it that tells it most. A row that a later parser understands counts within its
-- file: beside the equal rows that were understood at once.
alter table audit.rejected_row add column in_files jsonb;
comment on column audit.rejected_row.in_files is
    'Of a row of an export: how often each file has it, by content hash; null where that is not known.';
alter table audit.import_file add column plays_told bytea;
comment on column audit.import_file.plays_told is
    'Of a file with odd rows: a hash of 8 bytes for each play it tells; null for other files.';
