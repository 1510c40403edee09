import pytest

from knowledge.phones import mask, phones


@pytest.mark.parametrize(
    ("text", "number", "masked"),
    [
        ("13800138000", "13800138000", "138****8000"),
        ("打138-0013-8000找我", "13800138000", "138****8000"),
        ("+86 138 0013 8000", "13800138000", "138****8000"),
        ("１３８００１３８０００", "13800138000", "138****8000"),
        ("0100-5550123", "0100-5550123", "0100-***0123"),
        ("01055501234", "010-55501234", "010-****1234"),
        ("400-800-1234", "4008001234", "400***1234"),
    ],
)
def test_a_number_is_found_and_hidden(text: str, number: str, masked: str) -> None:
    (found,) = phones(text)
    assert found.number == number
    assert found.masked == masked


@pytest.mark.parametrize("text", ["12345", "110", "20261015123456", "3栋2单元501", "320102198001011234"])
def test_what_is_no_phone_is_left_alone(text: str) -> None:
    assert phones(text) == []
    assert mask(text) == text


def test_every_number_in_a_text_is_masked() -> None:
    assert mask("我13800138000，他0100-5550123") == "我138****8000，他0100-***0123"
