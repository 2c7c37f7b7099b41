close old_rows
