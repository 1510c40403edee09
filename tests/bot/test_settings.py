"""The environment is read once, completely, and kindly."""

from __future__ import annotations

import pytest

from bot.settings import SettingsError, effective, load


def test_without_any_setting_everything_has_a_default() -> None:
    settings = load({})
    assert settings.database == "sqlite:///var/linli.db"
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.rules.reopen_days == 7


def test_an_unknown_name_is_an_error_that_suggests_the_right_one() -> None:
    with pytest.raises(SettingsError, match="LINLI_TELEGRAM_TOKEN"):
        load({"LINLI_TELEGRAM_TOCKEN": "1:x"})


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as told:
        load(
            {
                "LINLI_HTTP_PORT": "many",
                "LINLI_LANG": "fr",
                "LINLI_TELEGRAM_RATE": "0",
                "LINLI_PUBLIC_URL": "linli.example",
            }
        )
    assert len(str(told.value).splitlines()) == 4


def test_rules_of_the_city_are_settings_too() -> None:
    assert load({"LINLI_REOPEN_DAYS": "14", "LINLI_DAY_START": "09:00"}).rules.reopen_days == 14


def test_an_empty_value_means_the_default() -> None:
    assert load({"LINLI_HTTP_PORT": ""}).http_port == 8080


def test_secrets_are_never_shown() -> None:
    settings = load({"LINLI_TELEGRAM_TOKEN": "123:hush", "LINLI_DATABASE_URL": "postgresql://u:hush@h/d"})
    assert "hush" not in str(list(effective(settings)))


def test_a_switch_is_shown_as_it_is_written() -> None:
    shown = {name: value for name, value, _ in effective(load({"LINLI_SQLITE_DURABLE": "no"}))}
    assert shown["LINLI_SQLITE_DURABLE"] == "0"
    assert shown["LINLI_TELEGRAM_CHAT_RATE"] == "1.0"


def test_a_database_that_is_not_possible_is_told_so() -> None:
    with pytest.raises(SettingsError, match="sqlite:/// or postgresql://"):
        load({"LINLI_DATABASE_URL": "mysql://x"})


def test_a_webhook_without_a_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET"):
        load({"LINLI_TELEGRAM_WEBHOOK_URL": "https://linli.example/telegram"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_WEBHOOK_SECRET", "with a space"), ("TELEGRAM_WEBHOOK_SECRET", "秘密"), ("TELEGRAM_WEBHOOK_SECRET", "x" * 257),
        ("LOG_LEVEL", "LOUD"), ("KEEP_MESSAGES_DAYS", "0"), ("KEEP_UPDATES_DAYS", "-1"), ("KEEP_RECORDS_DAYS", "999999"),
        ("KEEP_AUDIT_DAYS", "182"), ("TELEGRAM_TOKEN", "abc"), ("TELEGRAM_TOKEN", "123:"), ("TELEGRAM_TOKEN", "a:b"),
        ("DATABASE_URL", "mysql://x"), ("DATABASE_URL", "linli.db"),
        ("TELEGRAM_RATE", "nan"), ("FLOOD_RATE", "inf"), ("FLOOD_RATE", "-2"), ("FLOOD_BURST", "0"), ("HTTP_PORT", "70000"),
        ("DRAFT_HOURS", "0"), ("PHOTO_MEGABYTES", "-5"), ("AREA_KILOMETRES", "0"),
        ("ACCEPT_LIMIT", "soon"), ("OTHER_LIMIT", "3"), ("ANSWER_DAYS", "2"), ("ANSWER_DAYS", "7"), ("DAY_START", "17:30"), ("ACCEPT_LIMIT", "0m"), ("WARN_HALF", "90"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_work_is_named_in_one_sentence(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^LINLI_{name} .*\.$"):
        load({f"LINLI_{name}": value})


def test_zero_is_fine_where_it_means_something() -> None:
    settings = load({"LINLI_METRICS_PORT": "0", "LINLI_REOPEN_TIMES": "0", "LINLI_TELEGRAM_WEBHOOK_SECRET": "aZ_9-"})
    assert settings.metrics_port == settings.rules.reopen_times == 0
