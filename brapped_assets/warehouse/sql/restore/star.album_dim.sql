insert into star.album_dim ({columns}, payload_key)
select {told}, p.payload_key
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_populate_record(null::star.album_dim, r.record) told
left join raw.track_payload p on p.content_hash = (r.record ->> 'payload_hash')::uuid
where not exists (select from star.album_dim known where known.album_ref = told.album_ref)
order by r.place
on conflict (album_ref) do nothing
