"""The values of the catalogue: what one entry of each kind of data file holds.

All frozen; ids are kebab-case ASCII, texts are simplified Chinese as shown to people.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Material:
    """One paper to bring. `form` is 原件, 复印件, 原件和复印件 or 电子版."""

    name: str
    form: str
    copies: int
    required: bool
    note: str


@dataclass(frozen=True, slots=True)
class Question:
    """A frequent question and its answer."""

    q: str
    a: str


@dataclass(frozen=True, slots=True)
class Group:
    """Topics that stand together when somebody looks for a service by hand, in the order people ask for them."""

    name: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A service item (办事指南). Days are working days; 0 promised days means done on the spot."""

    id: str
    name: str
    topic: str
    aliases: tuple[str, ...]
    examples: tuple[str, ...]
    who: str
    conditions: tuple[str, ...]
    materials: tuple[Material, ...]
    place_kinds: tuple[str, ...]
    online: str
    days_promised: int
    days_legal: int
    fee: str
    fee_basis: str
    steps: tuple[str, ...]
    community: str
    validity: str
    faq: tuple[Question, ...]
    basis: str
    complaint_phone: str
    source: str
    verified: date
    sample: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go: WGS-84 coordinates, opening hours as written on the door."""

    id: str
    name: str
    kind: str
    area: str
    lat: float
    lon: float
    address: str
    phone: str
    hours: str
    aliases: tuple[str, ...]
    sample: bool


@dataclass(frozen=True, slots=True)
class Category:
    """What a report is about, who normally gets it and how soon (`limit`: 4h, 7d, 8wh, 3wd)."""

    id: str
    group: str
    name: str
    words: tuple[str, ...]
    not_words: tuple[str, ...]
    examples: tuple[str, ...]
    department: str
    urgency: str
    limit: str
    visible: bool
    private: bool
    desk: str
    """The lowest desk that may see it: what is about the community's own people is for the sub-district alone."""

    @property
    def label(self) -> str:
        """The name with its heading, as people see it: 照明/楼道灯."""
        return f"{self.group}/{self.name}"


@dataclass(frozen=True, slots=True)
class Department:
    """An office or company that is called when the community cannot settle a matter alone."""

    id: str
    name: str
    short: str
    phone: str
    duties: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Area:
    """A node of the areas tree: sub_district, community, grid or building."""

    code: str
    kind: str
    name: str
    parent: str
    lat: float
    lon: float
    households: int
    units: int
    aliases: tuple[str, ...]
    sample: bool


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An (invented) person on duty in an area."""

    role: str
    area: str
    name: str
    department: str
    phone: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Cue:
    """A wording that speaks for an intent; weights are about 0.5 (weak) to 3 (decides alone)."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class IntentCues:
    """How an intent is said. One of `not_cues` in the message silences the cues of this intent."""

    id: str
    cues: tuple[Cue, ...]
    not_cues: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Emergency:
    """A danger to life: the number to call first and the words that tell of it. ``name_en``: "" where it has none.

    ``advice``: what to do and not to do until help comes, in one sentence.
    """

    id: str
    name: str
    name_en: str
    phone: str
    alone: tuple[str, ...]
    words: tuple[str, ...]
    joints: tuple[str, ...]
    not_words: tuple[str, ...]
    examples: tuple[str, ...]
    advice: str = ""
    advice_en: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """A manner of speaking of danger (`now`, `here`, `about`, `apart`, `idle`) and the words that tell it."""

    id: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """Words that each tell the same part of a danger; `joints` of emergencies name them (`who+limp`).

    The words of the signs it includes tell it too.
    """

    id: str
    words: tuple[str, ...]
    includes: tuple[str, ...]
