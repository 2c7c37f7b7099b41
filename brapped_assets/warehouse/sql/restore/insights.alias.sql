-- Those that lead back to themselves, as two archives together may, are left out by a trigger.
with told as (
    select * from jsonb_to_recordset(%(records)s::jsonb)
        as told (artist_id text, artist_name text, to_artist_id text, to_artist_name text, track_ref text, to_track_ref text,
                 aliased_at timestamptz, why text)
), found as (
    select case when told.track_ref is null then 'artist' else 'track' end as kind,
           coalesce(tf.track_key, af.artist_key) as from_key, coalesce(tt.track_key, at.artist_key) as to_key,
           told.aliased_at, told.why
    from told
    left join lateral star.artist_of(star.somebodys_id(told.artist_id, told.artist_name),
                                     case when told.artist_name is not null then star.somebody(told.artist_name) end) af on true
    left join lateral star.artist_of(star.somebodys_id(told.to_artist_id, told.to_artist_name),
                                     case when told.to_artist_name is not null then star.somebody(told.to_artist_name) end) at
           on true
    left join star.track_dim tf on tf.track_ref = told.track_ref
    left join star.track_dim tt on tt.track_ref = told.to_track_ref
)
insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at, why)
select %(listener_id)s, kind, from_key, to_key, aliased_at, why
from found
where from_key <> to_key
order by aliased_at
on conflict do nothing
