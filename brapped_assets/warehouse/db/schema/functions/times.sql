-- Instants, and the local times of somebody who may have lived in several zones.

create or replace function audit.zones_of(listener int, out moves timestamptz[], out zones text[]) language sql stable as $$
    select coalesce(array_agg(z.from_at order by z.from_at) filter (where z.from_at > '-infinity'), '{}'),
           coalesce(array_agg(z.time_zone order by z.from_at),
                    array[(select l.time_zone from audit.listener l where l.listener_id = listener)])
    from audit.listener_zone z where z.listener_id = listener
$$;
comment on function audit.zones_of is
    'The zones a listener lived in, in order, and the instants at which each but the first began: for star.local_time.';

-- Inlined: an array element and a binary search more than `at time zone`.
create or replace function star.local_time(at timestamptz, moves timestamptz[], zones text[]) returns timestamp
language sql immutable parallel safe
return at at time zone zones[1 + width_bucket(at, moves)];
comment on function star.local_time is
    'The local time of an instant for somebody who lived in these zones, moving at these instants; see audit.zones_of.';

create or replace function star.end_to_the_second(ended_at timestamptz, ms_played int) returns timestamptz
language sql stable parallel safe
return case when ended_at = date_trunc('second', ended_at, 'UTC') then ended_at
            else date_trunc('second', ended_at - ms_played * interval '1 millisecond', 'UTC')
                 + ms_played * interval '1 millisecond' end;
comment on function star.end_to_the_second is
    'END of an offline play whose start is cut to the second; a whole second is the time of an export''s row as it stands.';
