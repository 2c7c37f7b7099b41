"""How each number is counted: in words, and as SQL over the public views."""
