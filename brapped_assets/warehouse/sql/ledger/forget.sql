delete from audit.api_call where minute < %(before)s
