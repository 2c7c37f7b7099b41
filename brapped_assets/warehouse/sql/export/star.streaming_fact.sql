-- The exports' halves; those of the API follow from raw.recently_played. `account_nth`: which of its minute, title and
-- milliseconds the account data told of, those that extended history tells of too first.
select jsonb_build_object(
           'export_at', h.export_at, 'track_hash', h.content_hash, 'export_ms', h.export_ms, 'export_nth', h.export_nth,
           'in_extended', h.in_extended, 'in_account', h.in_account, 'account_nth', h.account_nth,
           'platform', platform.label, 'country', country.label, 'reason_start', reason_start.label,
           'reason_end', reason_end.label, 'shuffle', h.shuffle, 'skipped', h.skipped, 'offline', h.offline,
           'incognito', h.incognito) as record
from (
    select f.*, x.content_hash, x.track_ref, date_trunc('minute', f.export_at, 'UTC') as minute,
           case when f.in_account then
               row_number() over (partition by f.in_account, date_trunc('minute', f.export_at, 'UTC'), x.title, f.export_ms
                                  order by f.in_extended desc, f.export_at, x.track_ref, f.export_nth)
           end as account_nth
    from star.streaming_fact f join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s
) h
left join star.play_label platform on platform.label_key = h.platform_key
left join star.play_label country on country.label_key = h.country_key
left join star.play_label reason_start on reason_start.label_key = h.reason_start_key
left join star.play_label reason_end on reason_end.label_key = h.reason_end_key
order by h.minute, h.in_extended desc, h.export_at, h.track_ref, h.export_ms, h.export_nth
