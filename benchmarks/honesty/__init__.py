"""Whether the expected score holds on fresh rows: drawn rows, searches on them, and what the product says of each."""
