-- The halves of extended history; those of the API follow from raw.recently_played, those of account data alone from
-- raw.account_play.
select jsonb_build_object(
           'export_at', f.export_at, 'uploaded_at', f.uploaded_at, 'track_hash', x.content_hash, 'export_ms', f.export_ms,
           'export_nth', f.export_nth, 'in_extended', f.in_extended, 'platform', platform.label,
           'country', country.label, 'reason_start', reason_start.label, 'reason_end', reason_end.label,
           'shuffle', f.shuffle, 'skipped', f.skipped, 'offline', f.offline, 'incognito', f.incognito) as record
from star.streaming_fact f
join raw.export_track x using (export_track_key)
left join star.play_label platform on platform.label_key = f.platform_key
left join star.play_label country on country.label_key = f.country_key
left join star.play_label reason_start on reason_start.label_key = f.reason_start_key
left join star.play_label reason_end on reason_end.label_key = f.reason_end_key
where f.listener_id = %(listener_id)s and f.in_extended
order by f.export_at, x.track_ref, f.export_ms, f.uploaded_at, f.export_nth
