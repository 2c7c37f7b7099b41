delete from star.play_label l
where l.label_key not in (
    select word.label_key from star.streaming_fact f
    cross join lateral (values (f.platform_key), (f.country_key), (f.reason_start_key), (f.reason_end_key)) word (label_key)
    where word.label_key is not null)
