create table audit.notice (
    kind        text not null,
    listener_id int references audit.listener on delete cascade,
    opened_at   timestamptz not null,
    level       bigint not null,
    told_level  bigint not null default 0,
    told_at     timestamptz,
    closed_at   timestamptz,
    tries       int not null default 0,
    tried_at    timestamptz,
    unique nulls not distinct (kind, listener_id)
);
comment on table audit.notice is
    'One row per thing that its owner is told of: opened when it was first seen, removed once "recovered" was told. The recap is a row that stays.';
comment on column audit.notice.kind is 'consent, no_poll, gap, quota, storage, run_failure or recap.';
comment on column audit.notice.listener_id is 'Whom it is about; null where it is about everybody.';
comment on column audit.notice.opened_at is 'Instant (UTC) at which it was first seen.';
comment on column audit.notice.level is
    'How far it has come: a higher level is told anew. Of a gap its end in seconds since 1970, of a recap the month as 202610.';
comment on column audit.notice.told_level is 'The level that was delivered; 0: none yet.';
comment on column audit.notice.told_at is 'Instant (UTC) at which a service said it had the message; null: not told yet.';
comment on column audit.notice.closed_at is 'Instant (UTC) at which it was over; "recovered" has yet to be delivered.';
comment on column audit.notice.tries is 'Deliveries of the message that is due, begun and not known to have succeeded.';
comment on column audit.notice.tried_at is 'Instant (UTC) of the last of them.';
