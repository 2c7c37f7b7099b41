-- The keys of the tracks that are staged, found once for all files whose plays follow.
create temporary table numbered on commit drop as
select s.track_number, s.track_ref, x.export_track_key, d.track_key
from staged_track s
join raw.export_track x using (content_hash)
join star.track_dim d on d.track_ref = s.track_ref
