-- With what follows it is one message to the server, and so one transaction: these limits end with it.
select set_config('statement_timeout', '20s', true), set_config('timezone', 'UTC', true)
