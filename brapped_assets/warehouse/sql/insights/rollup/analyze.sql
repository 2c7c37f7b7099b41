analyze insights.hour_total, insights.day_total, insights.artist_month, insights.track_year, insights.artist_life,
        insights.track_life, insights.session, insights.device_day, insights.day_repeat, star.streaming_fact,
        star.track_dim, star.artist_dim, star.album_dim
