-- Of some days those whose date holds a text: 2025-03-09, Sun 9 Mar 2025, Sunday 9 March 2025.
with asked as materialized (
    select replace(replace(replace(btrim(star.searchable(%(text)s)), '\', '\\'), '%%', '\%%'), '_', '\_') as words
)
select d.day
from unnest(%(days)s::date[]) as d (day)
where lower(to_char(d.day, 'YYYY-MM-DD, Dy FMDD Mon YYYY, FMDay FMDD FMMonth YYYY'))
      like (select '%%' || words || '%%' from asked where words <> '')
