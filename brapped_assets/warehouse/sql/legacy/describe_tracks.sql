-- Fills what nobody else has said. Of several rows that name albums the greatest name counts.
with told as (
    select distinct on (t.track_key) t.track_key, al.album_key,
           bool_or(l.explicit) over (partition by t.track_key) as explicit
    from unnest(%(track_ids)s::text[], %(albums)s::text[], %(short)s::boolean[], %(explicit)s::boolean[])
         as l (track_id, album, is_short, explicit)
    join star.track_dim t on t.track_ref = l.track_id
    join star.artist_dim a using (artist_key)
    left join star.album_dim al
      on al.album_ref = 'name:' || left(a.artist_name, 200) || chr(31)
                                || left(case when l.is_short then t.track_name else l.album end, 200)
    order by t.track_key, al.album_ref collate "C" desc nulls last
)
update star.track_dim t
   set album_key = case when t.payload_key is null then coalesce(t.album_key, told.album_key) else t.album_key end,
       explicit = coalesce(t.explicit, told.explicit)
  from told
 where t.track_key = told.track_key
   and ((t.album_key is null and t.payload_key is null and told.album_key is not null)
        or (t.explicit is null and told.explicit is not null))
