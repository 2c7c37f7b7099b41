-- What is hidden tells of having been played: it stays for what something kept still tells of.
delete from insights.hidden h
where h.listener_id = %(listener_id)s
  and (%(before)s = 'infinity'::timestamptz
       or h.artist_key not in (select star.artists_of(%(listener_id)s))
       or h.track_key not in (select star.tracks_of(%(listener_id)s))
       or h.context_uri is not null
          and not exists (select from raw.recently_played r join raw.context c using (context_key)
                           where r.listener_id = h.listener_id and c.context_uri = h.context_uri))
