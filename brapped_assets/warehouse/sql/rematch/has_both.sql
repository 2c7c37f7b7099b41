select exists (select from star.streaming_fact f
                where f.listener_id = %(listener_id)s and f.export_at is not null
                  and f.played_at between %(first_at)s::timestamptz - 2 * %(reach)s
                                      and %(last_at)s::timestamptz + 2 * %(reach)s)
   and exists (select from star.streaming_fact f
                where f.listener_id = %(listener_id)s and f.api_at is not null
                  and f.api_at between %(first_at)s::timestamptz - 2 * %(reach)s
                                   and %(last_at)s::timestamptz + 2 * %(reach)s) as may_match
