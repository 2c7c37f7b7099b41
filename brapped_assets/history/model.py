"""What one row of an export can be: a play, something heard that is no music, or a row nobody understands."""

from datetime import datetime
from typing import Literal, NamedTuple

Kind = Literal["extended", "account"]
SpokenKind = Literal["podcast", "audiobook", "video"]
OtherKind = Literal["unknown"]


class HistoryPlay(NamedTuple):
    """One play of one track, as one row of one file tells it.

    A tuple, because there are millions: measured, a frozen dataclass takes 2.3 us to make and this one 0.6.

    `ended_at` is the END of the play in UTC: to the second in extended history, to the minute in account data.
    `uploaded_at` is the `ts` of an offline play that ended long before it, to the second. Of such a play `ended_at` is
    its START, to the second, plus `ms_played`; where nothing tells its START, both are the `ts`. `ms_played` is between
    0 and 24 hours. `track_id` is Spotify's id of 22 characters; `track_uri` is the uri as exported, which for a local
    file is all there is. A name the export does not tell is an empty text. `artist` is the artist of the ALBUM in
    extended history (facts, section 6.3) and the track's in account data, which tells nothing of what comes after it
    here. None: not told.
    """

    kind: Kind
    ended_at: datetime
    ms_played: int
    track_id: str | None
    track_uri: str | None
    title: str
    artist: str
    album: str | None = None
    platform: str | None = None
    country: str | None = None
    reason_start: str | None = None
    reason_end: str | None = None
    shuffle: bool | None = None
    skipped: bool | None = None
    offline: bool | None = None
    incognito: bool | None = None
    uploaded_at: datetime | None = None


class SpokenPlay(NamedTuple):
    """One episode, chapter or video heard or watched, as one row of one file tells it.

    What is said of `HistoryPlay` holds. `uri` is the episode's, the chapter's or, of a video that names one, the
    track's. `show` is the podcast, the book or, of such a video, the artist; `show_uri` the book's. A title or show the
    export does not tell is an empty text.
    """

    kind: Kind
    spoken_kind: SpokenKind
    ended_at: datetime
    ms_played: int
    uri: str | None
    title: str
    show: str
    show_uri: str | None = None
    platform: str | None = None
    country: str | None = None
    reason_start: str | None = None
    reason_end: str | None = None
    shuffle: bool | None = None
    skipped: bool | None = None
    offline: bool | None = None
    incognito: bool | None = None
    uploaded_at: datetime | None = None

    # As the warehouse's COPY takes plays: what is spoken travels the same way.
    @property
    def track_id(self) -> None:
        return None

    @property
    def track_uri(self) -> str | None:
        return self.uri

    @property
    def artist(self) -> str:
        return self.show

    @property
    def album(self) -> str | None:
        return self.show_uri


class OddRow(NamedTuple):
    """A row that cannot be understood, to be kept whole until a newer parser can; shortened where it is absurdly long.

    `payload_text` is the row as JSON without IP addresses and user agents. Characters PostgreSQL cannot
    store stand in it as U+FFFD. `reason` is one of a few constant texts, to be counted by.
    """

    payload_text: str
    reason: str


class OtherRow(NamedTuple):
    """A row that is understood and tells of nothing; it is counted by kind and otherwise left out.

    `unknown`: Spotify itself no longer knows what was played (every name is there and null). No later parser could
    read more out of it, so it is not an OddRow.
    """

    kind: OtherKind


Row = HistoryPlay | SpokenPlay | OddRow | OtherRow
