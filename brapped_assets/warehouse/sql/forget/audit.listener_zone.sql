-- Where they lived before is forgotten, too: the zone that held at the instant becomes the first.
with held as (
    select z.from_at, lead(z.from_at, 1, 'infinity') over (order by z.from_at) as until_at
    from audit.listener_zone z where z.listener_id = %(listener_id)s
),
gone as (
    delete from audit.listener_zone z using held h
    where z.listener_id = %(listener_id)s and z.from_at = h.from_at and h.until_at <= %(before)s
    returning 1
)
update audit.listener_zone z set from_at = '-infinity' from held h
where z.listener_id = %(listener_id)s and z.from_at = h.from_at and h.from_at <= %(before)s and h.until_at > %(before)s
  -- First what is gone, which may have this key.
  and (select count(*) from gone) >= 0
