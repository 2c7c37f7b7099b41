"""What is generated and committed, and held against what it was made from: `make generated` makes it anew."""
