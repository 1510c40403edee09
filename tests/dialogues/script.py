"""Reads and plays transcripts: conversations as people would write them down.

    # a comment
    数据库: 全部                         # both databases; without it SQLite
    渠道: Telegram                       # only there; without it every channel on which all of it can be done
    网格员上岗: grid_worker S1-C1-G1     # becomes staff through an invite: role, area, department
    居民用: en                           # the language the person's phone is set to
    居民: 楼道灯坏了三天没人管           # words; /commands as well
    居民按: 同意                         # a button
    居民扫码: loc_S1-C1-G1-B3            # a deep link
    居民发照片 · 居民发位置: 30.5, 120.6 · 居民发表情 · 居民发语音 · 居民发文件 · 居民发名片: 13800138000
    居民伪造: case.accept:{编号}         # presses a button that was never offered
    机器人: 收到了，编号 {编号}           # said next to whoever acted last; … stands for anything within one message
    机器人对网格员: 诉求 {编号} … [受理] [退回] [转人工]
    机器人没告诉网格员: 家庭暴力         # not once, from beginning to end
    时间过了: 8 天
    审计: refused {编号}                 # a line of the audit trail holds all these words

A name in braces is a reference such as R7K2Q: kept where it first occurs in the assistant's words, the same from then on.
Anybody mentioned appears when first mentioned.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.bed import Bed
from tests.support.pictures import jpeg
from tests.support.resident import Resident
from tests.support.telegram import OnTelegram

READING: Final = 4.0
"""Seconds until somebody has read what they choose from."""
CHANNELS: Final = ("terminal", "web", "telegram")
_CHANNEL_NAMES: Final = {"终端": "terminal", "网页": "web", "Telegram": "telegram"}
_TYPED: Final = ("按", "用", "")
_SHOWN: Final = ("发照片", "发位置", "扫码", "伪造", "上岗")
_TELEGRAM: Final = ("发表情", "发语音", "发文件", "发名片")
_DEEDS: Final = (*_TELEGRAM, *_SHOWN, "按", "用")
_UNITS: Final = {"天": "days", "小时": "hours", "分钟": "minutes", "秒": "seconds"}
_NAME: Final = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """One line: who does what; ``who`` is empty for lines about the world. ``number`` is the line's."""

    number: int
    who: str
    deed: str
    words: str


@dataclass(frozen=True, slots=True)
class Script:
    """A transcript, with where it can be played."""

    path: Path
    steps: tuple[Step, ...]
    channels: tuple[str, ...]
    both_databases: bool


def read(path: Path) -> Script:
    """Read a transcript; raises ValueError with file and line for what cannot be understood."""
    steps: list[Step] = []
    wanted: Sequence[str] = CHANNELS
    both = False
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.partition("  #")[0].strip()
        if not line or line.startswith("#"):
            continue
        head, _, words = (part.strip() for part in line.partition(":"))
        if head == "渠道":
            wanted = [_CHANNEL_NAMES[one.strip()] for one in words.split(",")]
        elif head == "数据库":
            both = words == "全部"
        else:
            steps.append(_step(path, number, head, words))
    return Script(path, tuple(steps), tuple(one for one in wanted if one in _playable(steps)), both)


def _step(path: Path, number: int, head: str, words: str) -> Step:
    if head in ("时间过了", "审计"):
        return Step(number, "", head, words)
    if head.startswith("机器人没告诉"):
        return Step(number, head.removeprefix("机器人没告诉"), "没听到", words)
    if head.startswith("机器人"):
        return Step(number, head.removeprefix("机器人").removeprefix("对"), "听到", words)
    if not re.fullmatch(r"\w+", head):
        raise ValueError(f"{path.name}:{number}: {head!r} is not a person")
    deed = next((one for one in _DEEDS if head.endswith(one) and head != one), "")
    return Step(number, head.removesuffix(deed), deed, words)


def _playable(steps: Sequence[Step]) -> Sequence[str]:
    """Only one person sits at a terminal, and only Telegram has stickers."""
    deeds = {step.deed for step in steps if step.who}
    people = {step.who for step in steps if step.who and step.deed not in ("听到", "没听到")}
    if deeds & set(_TELEGRAM):
        return ("telegram",)
    alone = len(people) == 1 and deeds <= {*_TYPED, "听到", "没听到"}
    return CHANNELS if alone and "用" not in deeds else ("web", "telegram")


@dataclass(slots=True)
class Play:
    """One performance of a script."""

    script: Script
    bed: Bed
    channel: str
    people: dict[str, Resident] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    _last: str = ""

    async def run(self) -> None:
        """Play to the end; raises AssertionError that names the line."""
        languages = {step.who: step.words for step in self.script.steps if step.deed == "用"}
        for step in self.script.steps:
            if step.who and step.who not in self.people:
                self.people[step.who] = await self.bed.resident(
                    step.who, self.channel, languages.get(step.who, "zh-CN")
                )
            try:
                await self._do(step)
            except (AssertionError, LookupError) as error:
                where = f"{self.script.path.name}:{step.number}"
                raise AssertionError(
                    f"{where} on {self.channel}: {step.who}{step.deed}: {step.words}\n{error}"
                ) from None

    async def _do(self, step: Step) -> None:
        if step.deed == "听到":
            await self._expect(self.people[step.who or self._last], step.words)
        elif step.deed == "没听到":
            await self._expect_never(self.people[step.who], self._known(step.words))
        elif step.deed == "时间过了":
            amount, unit = step.words.split()
            await self.bed.settle()
            self.bed.clock.passes(**{_UNITS[unit]: float(amount)})
        elif step.deed == "审计":
            await self._audited(self._known(step.words).split())
        else:
            self._last = step.who
            await self._act(self.people[step.who], step.deed, self._known(step.words))

    async def _act(self, person: Resident, deed: str, words: str) -> None:
        acts: dict[str, Callable[[], Awaitable[None]]] = {
            "": lambda: person.say(words),
            "按": lambda: self._press(person, words),
            "伪造": lambda: person.forge(words),
            "扫码": lambda: person.say(f"/start {words}"),
            "发照片": lambda: person.send_photo(jpeg(), words),
            "发位置": lambda: person.send_location(*(float(one) for one in words.split(","))),
            "上岗": lambda: self.bed.takes_office(person, *words.split()),
        }
        if deed in acts:
            await acts[deed]()
        elif isinstance(person, OnTelegram):
            _only_on_telegram(person, deed, words)

    async def _press(self, person: Resident, words: str) -> None:
        """At a terminal a button is its number, which is another number than the last once somebody has read what it says."""
        if self.channel == "terminal":
            await self.bed.settle()
            self.bed.clock.passes(seconds=READING)
        await person.press(words)

    async def _expect(self, person: Resident, words: str) -> None:
        new = [name for name in dict.fromkeys(_NAME.findall(words)) if name not in self.references]
        parts = (self._pattern(part, new) for part in re.split(r"(\s*…\s*|\{[^}]+\})", words))
        found = await person.expect(re.compile("".join(parts), re.DOTALL))
        self.references |= {name: found[f"n{number}"] for number, name in enumerate(new)}

    def _pattern(self, part: str, new: Sequence[str]) -> str:
        name = _NAME.fullmatch(part)
        if name is not None and name[1] in new:
            return f"(?P<n{new.index(name[1])}>[A-Z][2-9A-Z]{{4,8}})"
        return ".*?" if part.strip() == "…" else re.escape(self._known(part))

    async def _expect_never(self, person: Resident, words: str) -> None:
        await self.bed.settle()
        told = [str(one) for one in person.heard if words in str(one)]
        assert not told, f"{person.name} was told: {told}"

    async def _audited(self, words: Sequence[str]) -> None:
        await self.bed.settle()
        lines = [f"{action} {subject} {detail}" for action, subject, detail in await self.bed.audited()]
        assert any(all(word in line for word in words) for line in lines), lines

    def _known(self, words: str) -> str:
        return _NAME.sub(lambda found: self.references[found[1]], words)


def _only_on_telegram(person: OnTelegram, deed: str, words: str) -> None:
    match deed:
        case "发表情":
            person.user.send_sticker()
        case "发语音":
            person.user.send_voice()
        case "发文件":
            person.user.send_document(b"%PDF-1.7")
        case "发名片":
            person.user.send_contact(words or "13800138000", own=not words)
