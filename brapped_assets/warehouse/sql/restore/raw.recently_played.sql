-- As landing does, with the poll that landed it.
with told as materialized (
    select t.*, t.played_at >= coalesce(l.forgotten_before, '-infinity') as is_kept
    from jsonb_to_recordset(%(records)s::jsonb)
         as t (played_at timestamptz, track_ref text, payload_hash uuid, context_hash uuid, polled_at timestamptz)
    join audit.listener l on l.listener_id = %(listener_id)s
),
landed as (
    insert into raw.recently_played (listener_id, played_at, track_ref, payload_key, context_key, poll_id)
    select %(listener_id)s, t.played_at, t.track_ref, p.payload_key, c.context_key, poll.poll_id
    from told t
    join raw.track_payload p on p.content_hash = t.payload_hash
    cross join lateral (select min(known.poll_id) as poll_id from audit.poll known
                         where known.listener_id = %(listener_id)s and known.polled_at = t.polled_at) poll
    left join raw.context c on c.content_hash = t.context_hash
    where t.is_kept
      and not exists (select from raw.recently_played known
                      where known.listener_id = %(listener_id)s and known.played_at = t.played_at
                        and known.track_ref = t.track_ref)
    order by t.played_at, t.track_ref
    on conflict (listener_id, played_at, track_ref) do nothing
    returning 1
)
select (select count(*) from landed)::int as landed,
       (select count(*) from told where not is_kept)::int as forgotten
