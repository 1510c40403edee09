"""References are found in words wherever they stand, and nothing else is."""

import pytest

from knowledge.references import KINDS, references
from storage.repositories.base import free_reference


def test_references_are_seen_between_chinese_words_and_are_no_words() -> None:
    said = "编号R7K2Q已受理，合并到p4m9t。HELLO，N6D2K，AR7K2Q，T23，R7K2Q，B7K2Q"
    assert references(said) == ("R7K2Q", "P4M9T", "N6D2K")
    assert references(said, "PR") == ("R7K2Q", "P4M9T")


@pytest.mark.parametrize("kind", KINDS)
async def test_every_reference_that_is_ever_made_is_found_again(kind: str) -> None:
    for tries in range(8):
        left = [True] * tries

        async def taken(_: str, left: list[bool] = left) -> bool:
            return bool(left) and left.pop()

        made = await free_reference(kind, taken)
        assert references(f"我的{made}怎么样了") == (made,)
