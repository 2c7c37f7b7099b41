-- Of tracks that are here and were never read from a payload, what is not known is filled in.
with described as (
    update star.track_dim t
       set album_key = coalesce(t.album_key, al.album_key), explicit = coalesce(t.explicit, told.explicit)
      from jsonb_to_recordset(%(records)s::jsonb) as told (track_ref text, explicit boolean, album_ref text)
      left join star.album_dim al using (album_ref)
     where t.track_ref = told.track_ref and t.payload_key is null
       and ((t.album_key is null and al.album_key is not null) or (t.explicit is null and told.explicit is not null))
)
insert into star.track_dim ({columns}, artist_key, album_key, payload_key)
select {told}, coalesce(a.artist_key, named.artist_key), al.album_key, p.payload_key
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_populate_record(null::star.track_dim, r.record) told
cross join lateral (select star.somebodys_id(r.record ->> 'artist_id', r.record ->> 'artist_name') as id,
                           star.somebody(r.record ->> 'artist_name') as name) artist
left join star.artist_dim a on a.artist_id = artist.id
left join star.artist_dim named on artist.id is null and named.artist_id is null and named.artist_name = artist.name
left join star.album_dim al on al.album_ref = r.record ->> 'album_ref'
left join raw.track_payload p on p.content_hash = (r.record ->> 'payload_hash')::uuid
where not exists (select from star.track_dim known where known.track_ref = told.track_ref)
order by r.place
on conflict (track_ref) do nothing
