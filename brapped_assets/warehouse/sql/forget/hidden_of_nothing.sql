with aliases as (
    delete from insights.alias s
    where s.kind = 'artist' and not (exists (select from star.artist_dim a where a.artist_key = s.from_key)
                                     and exists (select from star.artist_dim a where a.artist_key = s.to_key))
       or s.kind = 'track' and not (exists (select from star.track_dim t where t.track_key = s.from_key)
                                    and exists (select from star.track_dim t where t.track_key = s.to_key))
), plays as (
    delete from insights.hidden_time h
    where h.track_key is not null and not exists (select from star.track_dim t where t.track_key = h.track_key)
)
delete from insights.hidden h
where not exists (select from star.artist_dim a where a.artist_key = h.artist_key)
  and not exists (select from star.track_dim t where t.track_key = h.track_key)
  and not exists (select from raw.context c where c.context_uri = h.context_uri)
