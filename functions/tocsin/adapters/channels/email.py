"""Email, through one SMTP server (RFC 5321)."""

from __future__ import annotations

from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from typing import TYPE_CHECKING

from tocsin.adapters.failures import describe, tell_apart
from tocsin.app_settings.channels import MailServer
from tocsin.domain.errors import (
    AddresseeAwayError,
    DeliveryError,
    InvalidRequestError,
    RefusedError,
    ThrottledError,
)
from tocsin.domain.notifications.rule import Target
from tocsin.domain.notifications.words import Note

if TYPE_CHECKING:
    from aiosmtplib import SMTPResponseException

# A subject that is folded at its first word reaches some readers with a space before it.
UNFOLDED = policy.SMTP.clone(max_line_length=900)
TIMEOUT_S = 8.0  # for each step; all of it has the limit of whoever sends
THROTTLED = frozenset({421, 450, 451, 452})


class EmailChannel:
    """The port Sender. ``server``: None where the settings name none."""

    def __init__(self, server: MailServer | None) -> None:
        self._server = server

    def check(self, target: Target) -> None:  # noqa: ARG002 (any address may be written to)
        self._find_server(InvalidRequestError)

    async def send(self, target: Target, note: Note) -> None:
        # The library takes a while to import, and most instances never send.
        import aiosmtplib  # noqa: PLC0415 (see above)

        server = self._find_server(RefusedError)
        with tell_apart("the mail server did not take a message"):
            try:
                await aiosmtplib.send(
                    write_mail(target, note, server.sender).as_bytes(),
                    sender=server.sender,
                    recipients=[target.name],
                    hostname=server.host,
                    port=server.port,
                    username=server.user,
                    password=server.password,
                    use_tls=server.security == "tls",
                    start_tls=server.security == "starttls",
                    timeout=TIMEOUT_S,
                )
            except aiosmtplib.SMTPRecipientsRefused as error:
                raise _judge_addressee(error.recipients[0]) from error
            except aiosmtplib.SMTPAuthenticationError as error:
                # Of the settings, not of the message: mended, it goes.
                raise DeliveryError(f"the mail server does not know us: {error.code}") from error
            except aiosmtplib.SMTPResponseException as error:
                raise _judge(error) from error
            except aiosmtplib.SMTPException as error:
                raise DeliveryError(f"the mail server: {describe(error)}") from error

    def _find_server(self, kind: type[Exception]) -> MailServer:
        if self._server is None:
            raise kind("no mail server is set: set SMTP_URL and MAIL_FROM (docs/settings.md)")
        return self._server


def write_mail(target: Target, note: Note, sender: str) -> EmailMessage:
    """Sent again it has the same Message-ID, by which mail programs know it."""
    mail = EmailMessage(policy=UNFOLDED)
    mail["From"] = sender
    mail["To"] = str(Address(target.person, addr_spec=target.name))
    mail["Subject"] = note.subject
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{note.delivery_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    # Mail programs then show all that is said of one incident as one conversation.
    for incident in note.incidents[:1]:
        thread = f"<incident-{incident.incident_id}@{sender.rpartition('@')[2]}>"
        mail["References"] = thread
    mail.set_content(note.text)
    return mail


def _judge_addressee(error: SMTPResponseException) -> DeliveryError:
    text = f"the mail server answered {error.code} {error.message!r:.200}"
    return RefusedError(text) if error.code >= 500 else AddresseeAwayError(text)


def _judge(error: SMTPResponseException) -> DeliveryError:
    text = f"the mail server answered {error.code} {error.message!r:.200}"
    if error.code in THROTTLED:
        return ThrottledError(text, 0)
    return RefusedError(text) if error.code >= 500 else DeliveryError(text)
