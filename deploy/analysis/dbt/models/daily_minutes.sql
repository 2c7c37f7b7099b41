-- One row per local day with a play; `is_at_least` where an open gap touches it.
with zone as (select any_value(time_zone) as time_zone from {{ source('brapped', 'listeners') }}),
gaps as (
    select cast(timezone(zone.time_zone, gap_start) as date) as first, cast(timezone(zone.time_zone, gap_end) as date) as last
    from {{ source('brapped', 'coverage_gaps') }}, zone
    where closed_at is null
)
select h.played_on, count(*) as plays, sum(h.ms_played) / 60000.0 as minutes,
       sum(case when h.is_estimated then h.ms_played else 0 end) / 60000.0 as estimated_minutes,
       exists (select 1 from gaps g where h.played_on between g.first and g.last) as is_at_least
from {{ ref('heard') }} h
group by h.played_on
