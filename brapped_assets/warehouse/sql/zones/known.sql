select now() at time zone %(time_zone)s
