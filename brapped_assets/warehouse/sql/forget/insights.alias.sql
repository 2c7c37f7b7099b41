-- An alias tells of having been played: it stays while what is kept tells of both.
delete from insights.alias s
where s.listener_id = %(listener_id)s
  and (%(before)s = 'infinity'::timestamptz
       or s.kind = 'artist' and not (s.from_key in (select star.artists_of(%(listener_id)s))
                                     and s.to_key in (select star.artists_of(%(listener_id)s)))
       or s.kind = 'track' and not (s.from_key in (select star.tracks_of(%(listener_id)s))
                                    and s.to_key in (select star.tracks_of(%(listener_id)s))))
