-- Those of some names that are nobody's.
select n as name from unnest(%(names)s::text[]) n where star.is_nobody(null, n)
