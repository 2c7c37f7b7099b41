-- Words that stand where no artist is named. An export names the album's artist only, and of a compilation that is nobody.
create function star.name_key(name text) returns text language sql immutable parallel safe
return regexp_replace(star.searchable(name), '[\s\u00ad\u00b7\u2010-\u2015\u2212\u30fb_-]+', '', 'g');
comment on function star.name_key is
    'A name without what spellings differ in: capitals, accents, spaces, hyphens, half and full width.';

-- The one list of them, as people write them. The function gets their keys.
do $$
declare
    keys text[];
begin
    select array_agg(distinct star.name_key(word) order by star.name_key(word)) into keys
    from unnest(array[
        -- English
        'Various Artists', 'Various Artist', 'Various', 'Varied Artists', 'Various Performers', 'V.A.', 'V/A', 'Unknown Artist',
        'Unknown Artists', 'Artist Unknown', 'Unknown', 'No Artist', '<unknown>', '[unknown]', '[unknown artist]', '(unknown)',
        '<unknown artist>', '[no artist]', '[various artists]', '(various artists)',
        -- German, Dutch, Afrikaans
        'Verschiedene Künstler', 'Verschiedene Kuenstler', 'Verschiedene Künstler*innen', 'Verschiedene Künstler:innen',
        'Verschiedene KünstlerInnen', 'Verschiedene Interpreten', 'Verschiedene Interpret*innen',
        'Verschiedene Interpret:innen', 'Verschiedene Artisten', 'Verschiedene', 'Diverse Interpreten', 'Diverse Künstler',
        'Diverse', 'Unbekannter Künstler', 'Unbekannter Interpret', 'Unbekannte Künstler', 'Unbekannt', 'Diverse artiesten',
        'Diverse uitvoerenden', 'Verschillende artiesten', 'Verschillende uitvoerenden', 'Onbekende artiest', 'Onbekend',
        'Verskeie kunstenaars', 'Onbekende kunstenaar',
        -- Danish, Norwegian, Swedish, Finnish, Icelandic
        'Diverse kunstnere', 'Diverse artister', 'Forskellige kunstnere', 'Forskjellige artister', 'Ukendt kunstner',
        'Ukjent artist', 'Blandade artister', 'Diverse artist', 'Flera artister', 'Olika artister', 'Okänd artist',
        'Eri esittäjiä', 'Eri esittäjät', 'Eri artisteja', 'Useita artisteja', 'Useita esittäjiä', 'Tuntematon artisti',
        'Tuntematon esittäjä', 'Ýmsir listamenn', 'Ýmsir flytjendur', 'Óþekktur listamaður', 'Óþekktur flytjandi',
        -- Spanish, Catalan, Galician, Basque, Portuguese
        'Varios Artistas', 'Artistas Varios', 'Varios Intérpretes', 'Intérpretes Varios', 'Diversos Artistas',
        'Artistas Diversos', 'Varios', 'Artista desconocido', 'Desconocido', 'Diversos artistes', 'Artistes diversos',
        'Artista desconegut', 'Artista descoñecido', 'Hainbat artista', 'Artista ezezaguna', 'Vários Artistas',
        'Artistas Vários', 'Vários Intérpretes', 'Intérpretes Vários', 'Vários', 'Artista desconhecido', 'Desconhecido',
        -- French, Italian, Romanian
        'Artistes Divers', 'Divers Artistes', 'Artistes Variés', 'Multi-interprètes', 'Multi-interprète', 'Multi-artistes',
        'Interprètes Divers', 'Divers Interprètes', 'Plusieurs artistes', 'Artiste inconnu', 'Inconnu', 'Artisti Vari',
        'Vari Artisti', 'Artisti Diversi', 'Interpreti Vari', 'Autori Vari', 'AA.VV.', 'Artista sconosciuto', 'Sconosciuto',
        'Diverși artiști', 'Artiști diverși', 'Diverși interpreți', 'Artist necunoscut', 'Necunoscut',
        -- Czech, Slovak, Polish, Hungarian
        'Různí interpreti', 'Různí umělci', 'Různí', 'Neznámý interpret', 'Neznámý umělec', 'Rôzni interpreti',
        'Rôzni umelci', 'Rôzni', 'Neznámy interpret', 'Neznámy umelec', 'Różni wykonawcy', 'Różni artyści', 'Różni',
        'Nieznany wykonawca', 'Nieznany artysta', 'Különböző előadók', 'Különféle előadók', 'Több előadó', 'Vegyes előadók',
        'Válogatás', 'Ismeretlen előadó',
        -- Croatian, Bosnian, Serbian, Slovenian, Estonian, Latvian, Lithuanian, Albanian
        'Razni izvođači', 'Različiti izvođači', 'Razni umjetnici', 'Razni umetnici', 'Nepoznati izvođač',
        'Nepoznat izvođač', 'Различити извођачи', 'Разни извођачи', 'Непознат извођач', 'Različni izvajalci',
        'Razni izvajalci', 'Neznan izvajalec', 'Neznani izvajalec', 'Erinevad esitajad', 'Erinevad artistid',
        'Tundmatu esitaja', 'Dažādi izpildītāji', 'Nezināms izpildītājs', 'Įvairūs atlikėjai', 'Nežinomas atlikėjas',
        'Artistë të ndryshëm',
        -- Russian, Ukrainian, Belarusian, Bulgarian, Macedonian, Greek, Turkish, Azerbaijani, Kazakh
        'Разные исполнители', 'Различные исполнители', 'Разные артисты', 'Неизвестный исполнитель', 'Неизвестный артист',
        'Неизвестен', 'Неизвестно', 'Різні виконавці', 'Різні артисти', 'Невідомий виконавець', 'Розныя выканаўцы',
        'Различни изпълнители', 'Разни изпълнители', 'Неизвестен изпълнител', 'Разни изведувачи', 'Разни артисти',
        'Διάφοροι καλλιτέχνες', 'Διάφοροι ερμηνευτές', 'Διάφοροι', 'Άγνωστος καλλιτέχνης', 'Çeşitli Sanatçılar',
        'Çeşitli', 'Muhtelif Sanatçılar', 'Karışık Sanatçılar', 'Bilinmeyen Sanatçı', 'Müxtəlif ifaçılar',
        'Әртүрлі орындаушылар',
        -- Arabic, Hebrew, Persian, Urdu, Hindi
        'فنانون متنوعون', 'فنانون مختلفون', 'فنانين متنوعين', 'فنانين مختلفين', 'فنانون متعددون', 'مجموعة فنانين',
        'فنان غير معروف', 'אמנים שונים', 'אומנים שונים', 'מבצעים שונים', 'אמן לא ידוע', 'אמן לא מוכר', 'هنرمندان مختلف',
        'هنرمندان متفرقه', 'هنرمند ناشناس', 'مختلف فنکار', 'विभिन्न कलाकार', 'विविध कलाकार', 'अज्ञात कलाकार',
        -- Thai, Vietnamese, Indonesian, Malay, Filipino, Swahili
        'ศิลปินหลายคน', 'ศิลปินต่างๆ', 'หลากหลายศิลปิน', 'รวมศิลปิน', 'ศิลปินรวม', 'ไม่ทราบชื่อศิลปิน', 'ศิลปินที่ไม่รู้จัก',
        'Nhiều nghệ sĩ', 'Nhiều ca sĩ', 'Nhiều nghệ sỹ', 'Nghệ sĩ không xác định', 'Nghệ sĩ không rõ', 'Berbagai Artis',
        'Beragam Artis', 'Artis Beragam', 'Pelbagai Artis', 'Artis Pelbagai', 'Artis Tidak Dikenal', 'Artis Tidak Diketahui',
        'Iba''t ibang Artist', 'Iba''t ibang Artista', 'Wasanii Mbalimbali',
        -- Chinese, Japanese, Korean
        '群星', '众星', '華語群星', '华语群星', '群星合輯', '群星合辑', '合輯', '合辑', '多位艺人', '多位藝人', '多位艺术家', '多位歌手', '多位演出者',
        '各种艺人', '各種藝人', '多名藝人', '多名艺人', '众艺人', '眾藝人', '眾多藝人', '众多艺人', '不同艺人', '不同藝人', '未知艺人', '未知藝人',
        '未知艺术家', '未知藝術家', '未知歌手', '不明藝人', 'オムニバス', 'ヴァリアス・アーティスト', 'ヴァリアス・アーティスツ',
        'ヴァリアス', 'バリアス・アーティスト', 'バリアス・アーティスツ', '様々なアーティスト', 'さまざまなアーティスト', '複数のアーティスト',
        '複数アーティスト', '不明なアーティスト', 'アーティスト不明', '여러 아티스트', '다양한 아티스트', '여러 가수', '여러 음악가',
        '여러 뮤지션', '배리어스 아티스트', '알 수 없는 아티스트', '알 수 없음'
    ]) as word;
    execute format($function$
create function star.is_nobody(id text, name text) returns boolean language sql immutable parallel safe
return coalesce(id = '0LyfQWJT6nXafLPZqxke9J', false)
    or coalesce(star.name_key(name) = any(%L::text[]), false)
    -- An id without a name is somebody whose name is not told yet.
    or (id is null and coalesce(btrim(star.searchable(name)), '') = '')
$function$, keys);
end $$;
comment on function star.is_nobody is
    'Whether an artist''s name is no artist''s: "Various Artists" in the languages Spotify uses, "Unknown Artist", none at all; or the id that Spotify has for various artists.';

create function star.somebody(name text) returns text language sql immutable parallel safe
return case when star.is_nobody(null, name) then 'Unknown artist' else name end;
comment on function star.somebody is 'A name, or the words for an artist who is not known where it is nobody''s.';

create function star.somebodys_id(id text, name text) returns text language sql immutable parallel safe
return case when id <> '0LyfQWJT6nXafLPZqxke9J' and (name = 'Unknown artist' or not star.is_nobody(id, name)) then id end;
comment on function star.somebodys_id is
    'An artist''s id, unless they are nobody. Who is called "Unknown artist" has an id whose name is not told yet.';

alter table star.artist_dim
    add column is_nobody boolean not null generated always as (star.is_nobody(artist_id, artist_name)) stored;
comment on column star.artist_dim.is_nobody is
    'True for whoever stands for artists that are not known: never ranked, counted or searched. Tracks and plays count.';
create index artist_dim_nobody on star.artist_dim (artist_key) where is_nobody;

create function star.credits_served(track jsonb) returns table ("position" smallint, artist_id text, artist_name text)
language sql immutable as $$
select (c.ordinality - 1)::smallint, star.text_of(c.credit -> 'id'), star.text_of(c.credit -> 'name')
from jsonb_array_elements(case when jsonb_typeof(track -> 'artists') = 'array' and track -> 'artists' <> '[]'
                               then track -> 'artists' else '[null]' end) with ordinality as c (credit, ordinality)
where c.ordinality <= 1000
$$;
comment on function star.credits_served is 'The artists of a track or an album as served, position 0 the first; one without any has one, of no name.';

create or replace function star.credits_of(track jsonb)
returns table ("position" smallint, artist_id text, artist_name text)
language sql immutable as $$
with served as (
    select c.*, star.is_nobody(c.artist_id, c.artist_name) as is_nobody from star.credits_served(track) c
)
(select (row_number() over (order by s."position") - 1)::smallint, s.artist_id, coalesce(s.artist_name, 'Unknown artist')
   from served s where not s.is_nobody)
union all
(select 0::smallint, null, 'Unknown artist' where not exists (select from served s where not s.is_nobody))
$$;
comment on function star.credits_of is
    'The artists of a track in the served order, position 0 the main artist; whoever is nobody is left out, and a track without anybody has one, unknown.';

-- Artists are ranked and counted without whoever is nobody.
create or replace function insights.artist_sums(listener int, first date, until date)
returns table (artist_key int, plays int, ms bigint, first_on date, last_on date)
language sql stable as $$
    select l.artist_key, l.plays, l.ms, l.first_on, l.last_on
    from insights.artist_life l
    where l.listener_id = listener and (select insights.is_whole_life(listener, first, until))
      and l.artist_key <> all(array(select n.artist_key from star.artist_dim n where n.is_nobody))
    union all
    select a.artist_key, sum(a.plays)::int, sum(a.ms)::bigint, min(a.first_on), max(a.last_on)
    from insights.artists_of(listener, first, until) a
    where not (select insights.is_whole_life(listener, first, until))
      and a.artist_key <> all(array(select n.artist_key from star.artist_dim n where n.is_nobody))
    group by a.artist_key
$$;
comment on function insights.artist_sums is 'insights.artists_of with one row an artist, without whoever is nobody.';

create or replace view bi.artists as
select a.artist_key, a.artist_id, a.artist_name, a.genres, a.image_url, p.first_played_at, p.last_played_at,
       not a.is_nobody as is_known
from star.artist_dim a
left join (select t.artist_key, min(f.played_at) as first_played_at, max(f.played_at) as last_played_at
             from star.streaming_fact f join star.track_dim t using (track_key)
            group by t.artist_key) p using (artist_key);
comment on view bi.artists is
    'One row per artist, and one, "Unknown artist", for songs whose artist is not known yet: exports name the album''s artist, and "Various Artists" is nobody. Leave it out of rankings and counts of artists: where is_known.';
comment on column bi.artists.is_known is
    'False for "Unknown artist", which stands for whoever is not known yet; true for every artist.';
comment on column bi.plays.artist_name is
    'Main artist; "Unknown artist" where only an album of various artists is known of the song (bi.artists.is_known).';
comment on column bi.shown_plays.artist_name is
    'Main artist; "Unknown artist" where only an album of various artists is known of the song (bi.artists.is_known).';
comment on column bi.tracks.artist_name is
    'Main artist; "Unknown artist" where only an album of various artists is known of the song (bi.artists.is_known).';

-- What is stored. The payloads say who else is credited, and are read again; until then, and where there is none, nobody is.
do $$
begin
    -- Whoever has nothing to heal has no totals and no pages to make anew: triggers note every statement.
    if not exists (select from star.artist_dim a
                    where a.is_nobody and star.somebodys_id(a.artist_id, a.artist_name) is null
                      and a.artist_name <> 'Unknown artist') then
        return;
    end if;
    update raw.track_payload p set is_applied = false
    from star.track_dim t
    where t.payload_key = p.payload_key
      and exists (select from star.track_artist c join star.artist_dim a on a.artist_key = c.artist_key
                   where c.track_key = t.track_key and a.is_nobody and a.artist_name <> 'Unknown artist');

    insert into star.artist_dim (artist_name) values ('Unknown artist') on conflict do nothing;

    create temporary table nobody on commit drop as
    select a.artist_key as was, u.artist_key as becomes
    from star.artist_dim a
    join star.artist_dim u on u.artist_id is null and u.artist_name = 'Unknown artist'
    -- One whose name is not told yet keeps their id.
    where a.is_nobody and a.artist_key <> u.artist_key and star.somebodys_id(a.artist_id, a.artist_name) is null;

    update star.track_artist c set artist_key = n.becomes from nobody n where c.artist_key = n.was;
    update star.track_dim t set artist_key = n.becomes from nobody n where t.artist_key = n.was;
    insert into insights.hidden (listener_id, artist_key, hidden_at)
    select h.listener_id, n.becomes, min(h.hidden_at) from insights.hidden h join nobody n on n.was = h.artist_key
    group by 1, 2
    on conflict do nothing;
    delete from insights.hidden h using nobody n where h.artist_key = n.was;
    delete from star.artist_dim a using nobody n
    where a.artist_key = n.was and not exists (select from star.spotify_top s where s.artist_key = a.artist_key);
end $$;
