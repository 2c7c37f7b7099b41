-- A rest that a clock set which was ahead is none.
select rests_until from audit.lookup_rest
where kind = %(kind)s and rests_until > %(now)s and rests_until <= %(latest)s
