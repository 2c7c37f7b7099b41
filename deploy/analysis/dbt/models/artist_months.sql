-- One row per artist and local month, with the artist's rank by plays in it.
select date_trunc('month', played_on) as month, artist_key, any_value(artist_name) as artist_name, count(*) as plays,
       sum(ms_played) / 60000.0 as minutes,
       row_number() over (partition by date_trunc('month', played_on)
                          order by count(*) desc, sum(ms_played) desc, artist_key) as place
from {{ ref('heard') }}
group by 1, 2
