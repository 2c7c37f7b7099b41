-- Tracks the star does not know yet, with what the play itself says; the track dimension fills in the rest later.
with track as (
    select distinct on (p.track_ref) p.track_ref, p.payload ->> 'id' as track_id,
           coalesce(nullif(p.payload ->> 'name', ''), p.track_ref) as track_name,
           p.payload #>> '{artists,0,id}' as artist_id,
           coalesce(nullif(p.payload #>> '{artists,0,name}', ''), 'Unknown artist') as artist_name
    from raw.recently_played r join raw.track_payload p using (payload_key)
    where r.listener_id = %(listener_id)s and not r.is_merged
    order by p.track_ref, p.payload_key desc
)
insert into star.track_dim (track_ref, track_id, track_name, artist_key)
select t.track_ref, t.track_id, t.track_name, a.artist_key
from track t
join star.artist_dim a
  on a.artist_id = t.artist_id or (t.artist_id is null and a.artist_id is null and a.artist_name = t.artist_name)
where not exists (select from star.track_dim known where known.track_ref = t.track_ref)
order by t.track_ref
on conflict (track_ref) do nothing
