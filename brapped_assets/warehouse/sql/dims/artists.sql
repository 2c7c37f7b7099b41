-- Every credited artist of these payloads the star does not know yet.
with credited as (
    select distinct on (c.artist_id, case when c.artist_id is null then c.artist_name end) c.artist_id, c.artist_name
    from raw.track_payload p
    cross join lateral star.credits_of(p.payload) c
    where p.payload_key = any(%(payload_keys)s)
    order by c.artist_id, case when c.artist_id is null then c.artist_name end, p.payload_key desc
)
insert into star.artist_dim (artist_id, artist_name)
select c.artist_id, c.artist_name from credited c
where not exists (select from star.artist_of(c.artist_id, c.artist_name))
order by c.artist_id, c.artist_name
on conflict do nothing
