"""Pages: a template, a language, and nothing that could run a script the house did not write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from handlers.texts import LANGUAGES, Texts, language_of

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
TEMPLATES: Final = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
HTML_LANGUAGE: Final = {"zh_Hans": "zh-CN", "zh_Hant": "zh-TW", "en": "en"}


@dataclass(frozen=True, slots=True)
class WebSettings:
    """``public_url`` as residents type it ("" when unknown), ``language`` for who chose none.

    ``sample`` offers the parts to play; ``name`` is the house's own name instead of the product's.
    """

    public_url: str = ""
    language: str = "zh_Hans"
    sample: bool = False
    name: str = ""

    @property
    def secure(self) -> bool:
        """Whether residents come by https, so cookies must too."""
        return self.public_url.startswith("https://")


class Pages:
    """Renders the templates and hands out the page's words; immutable once built."""

    def __init__(self, texts: Texts, settings: WebSettings) -> None:
        self.texts = texts
        self.settings = settings
        self._version = _fingerprint(STATIC)

    def language(self, request: web.Request) -> str:
        """The house's own, or the kind of Chinese that the browser asks for first: English is chosen, not guessed."""
        for part in request.headers.get("Accept-Language", "").split(","):
            found = language_of(part.partition(";")[0].strip(), default="")
            if found.startswith("zh"):
                return found
        return self.settings.language

    def words(self, language: str) -> Mapping[str, str]:
        """Every sentence the page's scripts may need, by key without the leading ``web.``."""
        keys = (key for key in self.texts.keys("zh_Hans") if key.startswith("web."))
        return {key.removeprefix("web."): self.texts.word(language, key) for key in sorted(keys)}

    def render(self, name: str, language: str, status: int = 200, **values: Any) -> web.Response:
        """The page ``templates/<name>.html`` as a response that no cache keeps."""
        html = TEMPLATES.get_template(f"{name}.html").render(
            t=partial(self.texts.word, language),
            lang=HTML_LANGUAGE[language],
            language=language,
            languages=LANGUAGES,
            version=self._version,
            brand=self.settings.name or self.texts.word(language, "web.brand"),
            **values,
        )
        return web.Response(
            text=html, status=status, content_type="text/html", charset="utf-8", headers={"Cache-Control": "no-store"}
        )

    def message(self, request: web.Request, key: str, status: int, detail: str = "") -> web.Response:
        """A page of one sentence: ``key`` and ``key.title``; ``detail`` is shown as it is (an incident id)."""
        language = self.language(request)
        return self.render("message", language, status, key=key, detail=detail)


def _fingerprint(folder: Path) -> str:
    """Changes with any static file, so that a new version is fetched at once."""
    digest = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
