update staged_detail s
   set platform_key = (select label_key from star.play_label where label = s.platform),
       country_key = (select label_key from star.play_label where label = s.country),
       reason_start_key = (select label_key from star.play_label where label = s.reason_start),
       reason_end_key = (select label_key from star.play_label where label = s.reason_end)
