-- Counted anew from what is left, by the next look for work.
with gone as (
    delete from audit.lookup_weight
)
update audit.lookup_counted set up_to = 0
