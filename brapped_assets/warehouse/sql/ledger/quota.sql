select not_before, reason from audit.api_quota
