"""`/api/v1`: the answers of `insights/api_answers` over HTTP, for programs that bring a token."""
