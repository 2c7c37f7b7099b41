-- Exports up to 2023 name their account in each row. A hash is enough to notice that the next one names another.
alter table audit.import_file add column username_hash bytea;
comment on column audit.import_file.username_hash is
    'Sixteen random bytes, and the SHA-256 of these and the username in its first rows; null where they name none.';
