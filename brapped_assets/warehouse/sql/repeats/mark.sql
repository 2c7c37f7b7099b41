update star.streaming_fact f set repeat_of = m.repeat_of
from unnest(%(play_keys)s::bigint[], %(repeats)s::bigint[]) as m (play_key, repeat_of)
where f.play_key = m.play_key and f.play_key = any(%(play_keys)s::bigint[])
