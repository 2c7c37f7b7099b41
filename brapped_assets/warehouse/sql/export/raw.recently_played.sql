select jsonb_build_object('played_at', r.played_at, 'track_ref', r.track_ref, 'payload_hash', p.content_hash,
                          'context_hash', c.content_hash, 'polled_at', poll.polled_at) as record
from raw.recently_played r
join raw.track_payload p using (payload_key)
join audit.poll poll using (poll_id)
left join raw.context c using (context_key)
where r.listener_id = %(listener_id)s
order by r.played_at, r.track_ref
