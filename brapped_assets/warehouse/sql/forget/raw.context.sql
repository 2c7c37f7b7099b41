delete from raw.context c
where not exists (select from raw.recently_played r where r.context_key = c.context_key)
  and not exists (select from star.streaming_fact f where f.api_context_key = c.context_key)
