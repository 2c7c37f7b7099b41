-- The newest payload of a track says what it is; an older one read late changes nothing.
with track as (
    select distinct on (p.track_ref) p.track_ref, p.payload_key, p.payload as served,
           coalesce(p.payload #>> '{album,id}',
                    'name:' || coalesce(p.payload #>> '{artists,0,name}', '') || chr(31)
                            || (p.payload #>> '{album,name}')) as album_ref
    from raw.track_payload p where p.payload_key = any(%(payload_keys)s)
    order by p.track_ref, p.payload_key desc
)
insert into star.track_dim (track_ref, track_id, track_name, artist_key, album_key, duration_ms, explicit, isrc,
                            payload_key)
select t.track_ref, t.served ->> 'id', coalesce(nullif(t.served ->> 'name', ''), t.track_ref), a.artist_key,
       al.album_key,
       case when jsonb_typeof(t.served -> 'duration_ms') = 'number'
             and (t.served -> 'duration_ms')::numeric between 1 and 2147483647
            then (t.served -> 'duration_ms')::numeric::int end,
       case when jsonb_typeof(t.served -> 'explicit') = 'boolean' then (t.served -> 'explicit')::boolean end,
       t.served #>> '{external_ids,isrc}', t.payload_key
from track t
join star.artist_dim a
  on a.artist_id = t.served #>> '{artists,0,id}'
  or (t.served #>> '{artists,0,id}' is null and a.artist_id is null
      and a.artist_name = coalesce(nullif(t.served #>> '{artists,0,name}', ''), 'Unknown artist'))
left join star.album_dim al on al.album_ref = t.album_ref
order by t.track_ref
on conflict (track_ref) do update
   set track_id = excluded.track_id, track_name = excluded.track_name, artist_key = excluded.artist_key,
       album_key = coalesce(excluded.album_key, track_dim.album_key),
       duration_ms = coalesce(excluded.duration_ms, track_dim.duration_ms),
       explicit = coalesce(excluded.explicit, track_dim.explicit),
       isrc = coalesce(excluded.isrc, track_dim.isrc),
       payload_key = excluded.payload_key
   where track_dim.payload_key is null or track_dim.payload_key <= excluded.payload_key
