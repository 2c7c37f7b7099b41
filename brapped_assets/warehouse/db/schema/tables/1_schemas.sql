-- The schemas, and the functions that columns are made with: what these return is stored, so whoever changes one has a
-- migration that makes the columns anew.

create schema raw;
create schema star;
create schema bi;
create schema insights;
comment on schema audit is 'The proof: polls, gaps, calls, rejected rows, listeners.';
comment on schema raw is 'What Spotify served, as served, each payload once.';
comment on schema star is 'The star schema: one fact, its dimensions; tables are named as their Dagster assets.';
comment on schema insights is 'What a listener chose about their statistics.';
comment on schema bi is 'The public contract: views for BI tools and notebooks. Everything else may change.';

-- A name as search compares it: no capitals, no accents. Letters that Unicode does not take apart (ø, ß) are told here.
-- Marks that are letters' own, as Devanagari's vowels or the Japanese voiced sign, stay; Hangul falls into its letters, so that
-- a syllable is found while it is typed.
create function star.searchable(name text) returns text language sql immutable parallel safe
return translate(
    replace(replace(replace(replace(
        lower(regexp_replace(normalize(name, NFKD),
            '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u2060\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+',
            '', 'g')),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    'øłđðħıςʻʼ‘’“”', 'olddhiσ''''''''""');
comment on function star.searchable is
    'A name as search compares it: compatibility forms, capitals and accents taken away. Queries go through it too.';

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

-- One album, whatever its releases: what names an edition at the end of its title is not compared. Editions that hold other
-- recordings (live, acoustic, somebody's version) are albums of their own.
create function star.release_group(album_name text, artist_name text, album_ref text) returns bigint
language sql immutable parallel safe
return hashtextextended(
    coalesce(nullif(regexp_replace(
        star.searchable(album_name),
        '(\s*(\([^()]*\m(deluxe|expanded|remaster|remastered|anniversary|bonus|reissue|standard|special|limited|collector''s)\M[^()]*\)'
        '|\[[^][]*\m(deluxe|expanded|remaster|remastered|anniversary|bonus|reissue|standard|special|limited|collector''s)\M[^][]*\]'
        '|\s[-–—]\s[^()-]*\m(deluxe|expanded|remaster|remastered|anniversary|bonus|reissue)\M[^()-]*))+\s*$',
        ''), ''), star.searchable(album_name))
    || chr(31) || coalesce(star.searchable(artist_name), album_ref),
    0);
comment on function star.release_group is
    'The number of an album: the same for all its releases and editions, told by title and album artist.';
