"""A catalogue small enough to know by heart, and the engine built from it."""

from pathlib import Path

import pytest

from knowledge.catalogue import Catalogue, load
from knowledge.understanding import Understander

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def small() -> Catalogue:
    return load(FIXTURES)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("words")


@pytest.fixture(scope="session")
def engine(small: Catalogue, cache: Path) -> Understander:
    return Understander.build(small, cache)
