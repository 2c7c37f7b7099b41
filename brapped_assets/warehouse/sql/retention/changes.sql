with days as (delete from audit.changed_day where changed_at < %(before)s returning 1),
tracks as (delete from audit.changed_track where changed_at < %(before)s returning 1)
select (select count(*) from days)::int + (select count(*) from tracks)::int as gone
