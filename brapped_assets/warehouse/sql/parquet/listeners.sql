select l.* from bi.listeners l where l.listener_id = %(listener_id)s
