fetch 5000 from old_rows
