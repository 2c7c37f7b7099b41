"""`/api/v1`: the answers of `insights/answers` over HTTP, for programs that bring a token."""
