-- A listener may have lived in several zones. audit.listener.time_zone stays the one that holds now.

create table audit.listener_zone (
    listener_id int not null references audit.listener,
    from_at     timestamptz not null,
    time_zone   text not null,
    primary key (listener_id, from_at)
);
comment on table audit.listener_zone is
    'One row per span of time a listener lived in one zone. A listener without rows has had one zone, audit.listener.time_zone.';
comment on column audit.listener_zone.from_at is
    'First instant (UTC) of the span; -infinity for the first one. It ends where the next begins.';
comment on column audit.listener_zone.time_zone is
    'IANA zone that holds in the span; that of the last span is audit.listener.time_zone, too.';
comment on column audit.listener.time_zone is
    'IANA zone that holds now; set at login, changed only by `brapped timezone`. Earlier ones: audit.listener_zone.';

create function audit.zones_of(listener int, out moves timestamptz[], out zones text[]) language sql stable as $$
    select coalesce(array_agg(z.from_at order by z.from_at) filter (where z.from_at > '-infinity'), '{}'),
           coalesce(array_agg(z.time_zone order by z.from_at),
                    array[(select l.time_zone from audit.listener l where l.listener_id = listener)])
    from audit.listener_zone z where z.listener_id = listener
$$;
comment on function audit.zones_of is
    'The zones a listener lived in, in order, and the instants at which each but the first began: for star.local_time.';

-- Inlined: an array element and a binary search more than `at time zone`.
create function star.local_time(at timestamptz, moves timestamptz[], zones text[]) returns timestamp
language sql immutable parallel safe
return at at time zone zones[1 + width_bucket(at, moves)];
comment on function star.local_time is
    'The local time of an instant for somebody who lived in these zones, moving at these instants; see audit.zones_of.';

create view bi.listener_zones as
select l.listener_id, nullif(z.from_at, '-infinity') as holds_from,
       lead(z.from_at) over (partition by l.listener_id order by z.from_at) as holds_until, z.time_zone
from audit.listener l
cross join lateral (
    select h.from_at, h.time_zone from audit.listener_zone h where h.listener_id = l.listener_id
    union all
    select '-infinity', l.time_zone
    where not exists (select from audit.listener_zone h where h.listener_id = l.listener_id)
) z;
comment on view bi.listener_zones is 'One row per span of time a listener lived in one time zone: local columns go by it.';
comment on column bi.listener_zones.listener_id is 'Whose; see bi.listeners.';
comment on column bi.listener_zones.holds_from is 'First instant (UTC) of the span; null: from the beginning.';
comment on column bi.listener_zones.holds_until is 'The instant (UTC) at which the next span begins; null: it still holds.';
comment on column bi.listener_zones.time_zone is 'IANA time zone.';
comment on column bi.listeners.time_zone is
    'IANA time zone that holds now. Local columns go by bi.listener_zones, which has it and the earlier ones.';
