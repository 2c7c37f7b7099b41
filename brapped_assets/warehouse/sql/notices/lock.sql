-- Two who look at once must not both tell. Reading goes on.
lock table audit.notice in share row exclusive mode
