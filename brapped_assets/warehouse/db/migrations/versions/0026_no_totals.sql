-- Totals, what was touched since they were built, and the functions that pages asked. Nothing but what a listener chose is left.
drop view insights.shown_play;
drop table insights.hour_total, insights.day_total, insights.artist_month, insights.track_year, insights.touched_day,
    insights.changed, insights.session, insights.device_day, insights.day_repeat, insights.artist_life, insights.track_life;
do $$
declare function regprocedure;
begin
    -- With the triggers that ran them.
    for function in select oid from pg_proc where pronamespace = 'insights'::regnamespace loop
        execute format('drop function if exists %s cascade', function);
    end loop;
end $$;
comment on schema insights is 'What a listener chose about their statistics.';
