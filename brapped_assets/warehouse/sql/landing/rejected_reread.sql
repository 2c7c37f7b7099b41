update audit.rejected_row
   set parser_version = %(parser_version)s, reason = %(reason)s, kind = %(kind)s, played_at = %(played_at)s
where listener_id = %(listener_id)s and source = %(source)s and content_hash = %(content_hash)s
