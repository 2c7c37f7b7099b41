truncate staged_play, stored
