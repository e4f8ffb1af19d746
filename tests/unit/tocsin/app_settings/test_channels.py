"""The settings of channels: what they take, and that none of them is quoted."""

from __future__ import annotations

import pytest

from tocsin.app_settings.channels import (
    MailServer,
    parse_addresses,
    parse_mail_server,
    parse_page,
    parse_secret,
    parse_sender,
)
from tocsin.settings import InvalidSettingError, read_settings

CONNECTIONS = ("CosmosDB", "BlobStorage", "WebPubSub", "IotHub", "AzureWebJobsStorage")
BASE = dict.fromkeys(CONNECTIONS, "UseDevelopmentStorage=true")


def test_a_mail_server_is_named_with_its_security() -> None:
    assert parse_mail_server("starttls://ada@mail.example") == MailServer(
        "mail.example", 587, "starttls", "ada", ""
    )
    assert parse_mail_server("smtps://mail.example:10465") == MailServer(
        "mail.example", 10465, "tls", None, ""
    )
    assert parse_mail_server("smtps://ada%40plant@mail.example") == MailServer(
        "mail.example", 465, "tls", "ada@plant", ""
    )
    assert parse_mail_server("") is None


@pytest.mark.parametrize(
    "text",
    [
        "mail.example", "http://mail.example", "smtp://", "smtp://ada@mail.example",
        "smtps://ada:secret@mail.example", "smtps://mail.example:x", "smtps://mail.example/path",
    ],
)  # fmt: skip
def test_what_is_no_mail_server_is_refused_without_a_quote(text: str) -> None:
    with pytest.raises(ValueError, match="must") as refused:
        parse_mail_server(text)
    assert "secret" not in str(refused.value)


def test_addresses_have_names() -> None:
    found = parse_addresses("shift=https://hooks.example/T0/x  night=http://localhost:9/y=z")
    assert found == {"shift": "https://hooks.example/T0/x", "night": "http://localhost:9/y=z"}
    assert parse_addresses("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://hooks.example/secret", "a=ftp://x/secret", "a=secret", "=https://x/secret",
        "a=https://x/secret a=https://x/secret", "ü=https://x/secret",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_a_quote(text: str) -> None:
    with pytest.raises(ValueError, match="must") as refused:
        parse_addresses(text)
    assert "secret" not in str(refused.value)


def test_a_key_that_is_too_short_is_refused() -> None:
    assert parse_secret("") == b""
    assert parse_secret("0123456789abcdef") == b"0123456789abcdef"
    with pytest.raises(ValueError, match="16 letters"):
        parse_secret("0123456789abcde")


def test_a_sender_is_one_address() -> None:
    assert parse_sender("tocsin@plant.example") == "tocsin@plant.example"
    for text in ("tocsin", "a@b, c@d", "Tocsin <a@b>"):
        with pytest.raises(ValueError, match="one email address"):
            parse_sender(text)


def test_settings_put_them_together_and_show_no_secret() -> None:
    settings = read_settings(
        {
            **BASE,
            "SMTP_URL": "starttls://ada@mail.example",
            "SMTP_PASSWORD": "p4ssw0rd-of-ada",
            "MAIL_FROM": "tocsin@plant.example",
            "SLACK_WEBHOOKS": "shift=https://hooks.example/p4ssw0rd-of-ada",
            "WEBHOOK_KEY": "p4ssw0rd-of-ada-",
        }
    )
    mail = settings.channels.mail
    assert mail is not None
    assert (mail.sender, mail.password) == ("tocsin@plant.example", "p4ssw0rd-of-ada")
    assert "p4ssw0rd" not in repr(settings)


def test_a_mail_server_needs_a_sender() -> None:
    with pytest.raises(InvalidSettingError, match="MAIL_FROM must be set where SMTP_URL is"):
        read_settings({**BASE, "SMTP_URL": "smtp://mail.example"})


def test_the_page_is_an_address_that_links_can_begin_with() -> None:
    for text in ("https://tocsin.example", "http://127.0.0.84:4280", "http://[::1]:1/plant"):
        assert parse_page(text) == parse_page(f"{text}/") == text
    assert parse_page("") == ""
    for text in (
        "tocsin.example", "ftp://tocsin.example", "https://", "https://a b", "https://a/?x=1",
        "https://a/#/incidents", "https://ada:secret@a", "https://a\n",
    ):  # fmt: skip
        with pytest.raises(ValueError, match="must be like https"):
            parse_page(text)
