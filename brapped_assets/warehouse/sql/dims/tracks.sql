-- The newest payload of a track says what it is; an older one read late changes nothing. Spotify answers for some ids
-- with a track of another id: it is still the track that was played.
with track as (
    select distinct on (p.track_ref) p.track_ref, p.payload_key, p.payload as served, c.artist_id, c.artist_name
    from raw.track_payload p
    cross join lateral star.credits_of(p.payload) c
    where p.payload_key = any(%(payload_keys)s) and c.position = 0
    order by p.track_ref, p.payload_key desc
)
insert into star.track_dim (track_ref, track_id, track_name, artist_key, album_key, duration_ms, explicit, isrc,
                            payload_key)
select t.track_ref, case when t.served ->> 'id' = t.track_ref then t.track_ref end,
       coalesce(star.text_of(t.served -> 'name'), t.track_ref), a.artist_key, al.album_key,
       nullif(star.whole_number(t.served -> 'duration_ms'), 0),
       case when jsonb_typeof(t.served -> 'explicit') = 'boolean' then (t.served -> 'explicit')::boolean end,
       star.text_of(t.served #> '{external_ids,isrc}'), t.payload_key
from track t
left join lateral star.artist_of(t.artist_id, t.artist_name) a on true
left join star.album_dim al on al.album_ref = star.album_ref(t.served)
order by t.track_ref
on conflict (track_ref) do update
   set track_id = coalesce(excluded.track_id, track_dim.track_id), track_name = excluded.track_name, artist_key = excluded.artist_key,
       album_key = coalesce(excluded.album_key, track_dim.album_key),
       duration_ms = coalesce(excluded.duration_ms, track_dim.duration_ms),
       explicit = coalesce(excluded.explicit, track_dim.explicit),
       isrc = coalesce(excluded.isrc, track_dim.isrc),
       ask_again_at = null, is_unknown = false, payload_key = excluded.payload_key
   where track_dim.payload_key is null or track_dim.payload_key <= excluded.payload_key
