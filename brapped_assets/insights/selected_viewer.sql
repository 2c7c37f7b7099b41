-- name: selection
-- What the keys and words of a selection mean: release groups, recordings (as columns/catalogue.sql has them), contexts by type or uri.
select array(select distinct al.release_group from star.album_dim al where al.album_key = any(%(albums)s::int[])) as albums,
       array(select distinct hashtextextended(coalesce(t.isrc, t.track_ref), 0) from star.track_dim t
              where t.track_key = any(%(tracks)s::int[])) as recordings,
       array(select c.context_key from raw.context c
              where cardinality(%(contexts)s::text[]) > 0
                and (c.context_type = any(%(contexts)s::text[]) or c.context_uri = any(%(contexts)s::text[]))) as contexts
