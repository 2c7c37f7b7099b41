insert into audit.api_call (minute, endpoint, calls)
values (date_trunc('minute', %(now)s::timestamptz, 'UTC'), %(endpoint)s, 1)
on conflict (minute, endpoint) do update set calls = api_call.calls + 1
