create table audit.listener_token (
    listener_id int primary key references audit.listener on delete cascade,
    encrypted   bytea not null,
    stored_at   timestamptz not null
);
comment on table audit.listener_token is
    'One row per listener whose refresh token is kept here: all but the one of SPOTIFY_REFRESH_TOKEN. Nothing in this database opens it.';
comment on column audit.listener_token.listener_id is 'Whose token; see audit.listener.';
comment on column audit.listener_token.encrypted is
    'The newest refresh token Spotify sent, encrypted (Fernet) with the first key of BRAPPED_TOKEN_KEY.';
comment on column audit.listener_token.stored_at is 'Instant at which it was stored.';
