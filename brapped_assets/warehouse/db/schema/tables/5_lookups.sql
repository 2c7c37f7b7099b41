-- What is looked up, and in which order.

create table audit.lookup_rest (
    kind        text primary key check (kind in ('track', 'artist')),
    rests_until timestamptz not null
);
comment on table audit.lookup_rest is
    'One row per kind of thing whose looking up failed several times in a row: then it is not about one of them, and all rest.';
comment on column audit.lookup_rest.kind is 'track or artist.';
comment on column audit.lookup_rest.rests_until is 'None is asked for before this instant.';

-- What is looked up goes by how often it was played. Counted once a play, by the next look for work: no run adds up a
-- life anew.
create table audit.lookup_weight (
    track_key int primary key references star.track_dim on delete cascade,
    plays     bigint not null
);
comment on table audit.lookup_weight is
    'One row per track: about how often anybody played it, as far as counted. Orders what is looked up, and nothing else.';
comment on column audit.lookup_weight.track_key is 'Track: star.track_dim.';
comment on column audit.lookup_weight.plays is 'Rows of the fact when they were counted.';

create table audit.lookup_counted (
    only_row boolean primary key default true check (only_row),
    up_to    bigint not null
);
insert into audit.lookup_counted (up_to) values (0);
comment on table audit.lookup_counted is 'One row: up to which play_key audit.lookup_weight has counted.';
comment on column audit.lookup_counted.only_row is 'True: there is one row.';
comment on column audit.lookup_counted.up_to is 'The last play_key that is counted.';
