with offending as (
{offending}
)
select (select count(*) from offending)::int as offending,
       (select coalesce(jsonb_agg(to_jsonb(o)), '[]') from (select * from offending limit 5) o) as sample
