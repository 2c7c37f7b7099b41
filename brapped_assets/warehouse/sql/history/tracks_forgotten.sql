-- Nothing of a track or a detail that only forgotten plays speak of comes back.
with unspoken as (
    delete from staged_detail d
    where not exists (select from staged_play p where p.detail_number = d.detail_number)
)
delete from staged_track t where not exists (select from staged_play p where p.track_number = t.track_number)
