select l.label_key, l.label from star.play_label l where l.label_key = any(%(keys)s::int[])
