insert into star.track_dim ({columns}, artist_key, album_key, payload_key)
select {told}, coalesce(a.artist_key, named.artist_key), al.album_key, p.payload_key
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_populate_record(null::star.track_dim, r.record) told
left join star.artist_dim a on a.artist_id = r.record ->> 'artist_id'
left join star.artist_dim named on r.record ->> 'artist_id' is null and named.artist_id is null
                               and named.artist_name = r.record ->> 'artist_name'
left join star.album_dim al on al.album_ref = r.record ->> 'album_ref'
left join raw.track_payload p on p.content_hash = (r.record ->> 'payload_hash')::uuid
where not exists (select from star.track_dim known where known.track_ref = told.track_ref)
order by r.place
on conflict (track_ref) do nothing
