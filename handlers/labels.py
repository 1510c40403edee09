"""What typed words stand for: a label of what was last offered, or short words that answer it though they are none."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers import danger, numbers
from handlers.choices import every, pushed
from handlers.context import Context
from handlers.form import standing
from handlers.messages import Incoming, Kind, Reply
from handlers.texts import plain
from knowledge.references import without

SHORT_ANSWER = 16
"""Characters up to which plain words may stand for a button."""
_WEIGHTY = {"case.solved": "words.doubt", "case.unsolved": "words.mixed"}
"""Buttons that only plain words may stand for, and the sentence that lists what makes them doubtful; then the case is shown."""
_CONCEDED = re.compile(r"(\w)是\1")
"""亮是亮了: there is a but to come."""
_AGREED = ("emergency.tell:", "case.still:", "case.join:", "case.remark:", danger.HUMAN)
"""Beginnings of the buttons that any plain yes means."""
_SAID_FOR = {"cancel": "words.no", "change": "words.change", "enough": "words.enough"}


def chosen(ctx: Context, said: Incoming) -> Incoming:
    """A typed label of what was last offered becomes the press it stands for."""
    words = said.text.strip().lower()
    if said.kind is not Kind.TEXT or not words or not ctx.chat.choices:
        return said
    simple = plain(words) if len(words) <= SHORT_ANSWER else words
    for label, token in every(ctx.chat):
        if label.lower() in (words, simple):
            return replace(said, kind=Kind.PRESS, press=token, text="")
    bare = [token for label, token in every(ctx.chat) if without(label).lower() in (words, simple)]
    if len(bare) == 1:  # 解决了, where [解决了 R7K2Q] is shown
        return replace(said, kind=Kind.PRESS, press=bare[0], text="")
    return _meant(ctx, said)


def which(ctx: Context, said: Incoming) -> Reply | None:
    """The question which is meant, where one short word answers both what was pushed and the open form's question."""
    if said.kind is not Kind.TEXT or standing.current(ctx) is None or not standing.takes_short_words(ctx, said.text):
        return None
    for one in reversed(pushed(ctx.chat)):
        key = f"exactly.{one.token.partition(':')[0]}"
        if ctx.shelf.texts.has(key) and ctx.shelf.texts.hears(key, said.text):
            return numbers.which_of(ctx, said.text.strip(), one)
    return None


def _meant(ctx: Context, said: Incoming) -> Incoming:
    """Short words that answer the buttons last shown though they are none of them.

    The last button that fits wins, since 没解决 stands after 解决了 and is the narrower.
    """
    if danger.found(ctx, said):  # 不好了，着火了 is no 好了
        return said
    in_form = standing.current(ctx) is not None
    if not in_form and (only := _only_guess(ctx)) and ctx.shelf.texts.hears("words.yes", said.text):
        return replace(said, kind=Kind.PRESS, press=only, text="")
    if len(said.text) <= SHORT_ANSWER:
        for _, token in reversed(every(ctx.chat)):
            if token.startswith("case.unsolved:") and ctx.shelf.gazetteer.locate(said.text):
                return said  # of another place, perhaps: 5栋的灯也没修
            if (_answers_question if in_form else _stands_for)(ctx, token, said.text):
                return replace(said, kind=Kind.PRESS, press=_unless_doubted(ctx, token, said.text), text="")
    return said


def _unless_doubted(ctx: Context, token: str, text: str) -> str:
    """The button, or the one that asks once more where anything besides a plain yes was said: 谁说解决了, 修好了吗."""
    name, _, about = token.partition(":")
    if name not in _WEIGHTY:
        return token
    rest, texts = plain(text), ctx.shelf.texts
    for word in sorted(texts.words(f"heard.{name}"), key=len, reverse=True):
        rest = rest.replace(word, "")
    marks = texts.words(_WEIGHTY[name])
    if name == "case.solved":
        doubted = any(mark in rest for mark in marks | texts.words("words.scorn")) or bool(_CONCEDED.search(plain(text)))
    else:  # said to be solved as well, of which it may be true, or of something else: 解决了，没解决的是电梯
        doubted = any(mark in rest for mark in marks) and any(one in rest for one in texts.words("heard.case.solved"))
    return f"case.see:{about}" if doubted else token


def _only_guess(ctx: Context) -> str:
    """The button of the one thing that was guessed, where 都不是 stands beside nothing else: a plain yes means it."""
    tokens = [one.token for one in every(ctx.chat)]
    return tokens[0] if len(tokens) == 2 and tokens[1].startswith("nothing:") else ""


def _answers_question(ctx: Context, token: str, text: str) -> bool:
    """Whether exactly these words stand for a button of the open form: 不要 for 取消, 不对 for 修改, 就这些 for 完成."""
    key = _SAID_FOR.get(token.rpartition(":")[2])
    return key is not None and ctx.shelf.texts.hears(key, text)


def _stands_for(ctx: Context, token: str, text: str) -> bool:
    """Whether the sentence ``heard.<name>`` of a button's token lists these words, or longer ones that occur in them.

    Words that say no stand for no button that means yes: 不可以 is not 可以. Those of ``exactly.<name>`` stand for it alone.
    """
    name, texts = token.partition(":")[0], ctx.shelf.texts
    exactly, key = f"exactly.{name}", f"heard.{name}"
    if (texts.has(exactly) and texts.hears(exactly, text)) or (token.startswith(_AGREED) and texts.hears("words.yes", text)):
        return True
    if not texts.has(key):
        return False
    words = plain(text)
    negative = tuple(texts.words("words.negative"))
    opposed = words.startswith(negative)
    return texts.hears(key, text) or any(
        len(word) > 1 and word in words and (not opposed or word.startswith(negative)) for word in texts.words(key)
    )
