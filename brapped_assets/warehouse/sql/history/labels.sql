insert into star.play_label (label)
select distinct word.label
from staged_detail p
cross join lateral (values (p.platform), (p.country), (p.reason_start), (p.reason_end)) word (label)
where word.label is not null
  and not exists (select from star.play_label known where known.label = word.label)
order by 1
on conflict (label) do nothing
