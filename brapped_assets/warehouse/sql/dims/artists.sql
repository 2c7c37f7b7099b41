-- Every credited artist of these payloads, and every album's first artist.
with credited as (
    select credit ->> 'id' as id, coalesce(nullif(credit ->> 'name', ''), 'Unknown artist') as name, p.payload_key
    from raw.track_payload p
    cross join lateral jsonb_array_elements(
        case when jsonb_typeof(p.payload -> 'artists') = 'array' then p.payload -> 'artists' else '[]' end) credit
    where p.payload_key = any(%(payload_keys)s)
),
artist as (
    select distinct on (coalesce(id, name)) id, name from credited order by coalesce(id, name), payload_key desc
)
insert into star.artist_dim (artist_id, artist_name)
select a.id, a.name from artist a
where not exists (select from star.artist_dim known
                  where known.artist_id = a.id
                     or (a.id is null and known.artist_id is null and known.artist_name = a.name))
order by a.id, a.name
on conflict do nothing
