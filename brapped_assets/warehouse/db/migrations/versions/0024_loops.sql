-- Impossible repeats anew, as warehouse/merge/repeats.py finds them since it knows of crossfades. Marks only become fewer, so
-- reports without one beside them stay as they are.
do $$
declare
    play record;
    counted_key bigint;
    counted_end timestamptz;
    counted_in_account boolean;
    is_burst boolean;
begin
    for play in
        with report as (
            select f.play_key, f.listener_id, f.is_estimated, f.ms_played, f.in_account, f.played_at, f.repeat_of,
                   f.api_at, f.legacy_at, f.export_nth, coalesce(f.export_at, f.played_at) as ended_at,
                   case when f.is_estimated then f.track_key::text else x.track_ref end as track,
                   case when f.is_estimated then -1 else f.ms_played end as length
            from star.streaming_fact f left join raw.export_track x using (export_track_key)
            where (f.ms_played >= 1000 and (f.uploaded_at is null or f.uploaded_at <> f.export_at)) or f.repeat_of is not null
        ),
        marked as (
            select distinct listener_id, is_estimated, track, length from report where repeat_of is not null
        )
        select r.*, row_number() over (partition by listener_id, is_estimated, track, length
                                       order by r.ended_at, r.played_at, r.api_at is null, r.legacy_at is null, r.export_nth)
                        as place
        from report r join marked using (listener_id, is_estimated, track, length)
        order by listener_id, is_estimated, track, length, place
    loop
        is_burst := is_burst and play.place > 1;
        if play.place > 1 and play.ended_at - counted_end
               + (case when play.in_account or counted_in_account then interval '1 minute' else interval '1 second' end)
               <= (play.ms_played - (case when is_burst then 0 else least(12000, play.ms_played / 10) end))
                  * interval '1 millisecond' then
            is_burst := true;
            update star.streaming_fact set repeat_of = counted_key
            where play_key = play.play_key and repeat_of is distinct from counted_key;
        else
            is_burst := false;
            counted_key := play.play_key;
            counted_end := play.ended_at;
            counted_in_account := play.in_account;
            update star.streaming_fact set repeat_of = null where play_key = play.play_key and repeat_of is not null;
        end if;
    end loop;
end $$;
