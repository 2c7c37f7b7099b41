copy staged_detail (detail_number, platform, country, reason_start, reason_end, shuffle, skipped, offline, incognito)
from stdin
