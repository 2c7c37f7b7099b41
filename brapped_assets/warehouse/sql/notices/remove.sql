delete from audit.notice where kind = %(kind)s and listener_id is not distinct from %(listener_id)s
