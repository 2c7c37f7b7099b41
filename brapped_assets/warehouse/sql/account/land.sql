-- What account data tells is kept whole: of each minute, track and milliseconds as often as the file that tells it most.
with told as materialized (
    select p.ended_at, x.export_track_key, p.ms_played, p.occurrence
    from staged_play p
    join staged_track t using (track_number)
    join raw.export_track x using (content_hash)
    where p.occurrence > coalesce((select a.times from raw.account_play a
                                    where a.listener_id = %(listener_id)s and a.played_minute = p.ended_at
                                      and a.export_track_key = x.export_track_key and a.ms_played = p.ms_played), 0)
),
landed as (
    insert into raw.account_play as a (listener_id, played_minute, export_track_key, ms_played, times)
    select %(listener_id)s, t.ended_at, t.export_track_key, t.ms_played, max(t.occurrence)
    from told t
    group by t.ended_at, t.export_track_key, t.ms_played
    order by t.ended_at, t.export_track_key, t.ms_played
    on conflict (listener_id, played_minute, export_track_key, ms_played) do update set times = excluded.times
)
select count(*)::int as plays, coalesce(array_agg(distinct t.ended_at::date), '{}') as days from told t
