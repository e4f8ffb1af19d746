"""What can be wrong with what reaches Tocsin from outside.

TocsinError
├── InvalidProfileError      a profile file that cannot be used
├── InvalidMessageError      a message that becomes a dead letter; carries its reason
├── InvalidBundleError       a model bundle that must not be loaded
├── DamagedDocumentError     a document of the database that makes no sense
├── InvalidRequestError      a request with an unknown, malformed or out-of-range part
│   ├── InvalidSiteError     what no site can be called, with the reason
│   ├── TooLargeError        a request of more bytes than are read
│   └── UnsupportedTypeError a request whose body says that it is no JSON
├── NotFoundError            a device or a plan that is not there
├── UnauthenticatedError     a request that names no user who can be trusted
├── ForbiddenError           a user without the role that the request needs
├── TooManyCallsError        a caller who calls more often than one may; carries when to come back
├── InvalidProblemError      a rebalancing problem, or a part of one, that makes no sense
├── DeliveryError            what could not be handed over; it may pass, so it is tried again
│   ├── HubAwayError         what only the hub knows, while it does not answer
│   ├── ThrottledError       what a service takes later; carries when
│   ├── AddresseeAwayError   what one addressee does not take just now; others of the service do
│   └── RefusedError         what no service will ever take: it is sidelined, the rest goes on
├── ConflictError            what does not go with how things stand, such as closing what is active
├── BusyError                someone else is at work on the same site
├── OutdatedError            a change meant for a state that is no longer in force
└── ChangedMeanwhileError    a document was changed by someone else since it was read

What hangs on it outside the core, where nobody but its own file knows what it means:

- tocsin.settings: InvalidSettingError, settings that are missing or malformed
- tocsin.adapters: NotRegisteredError, a DeliveryError to a device that the hub does not know
- ml_model: PublishError and its UnfitError, RecordingError, ReproductionError, SimulationError
"""

from __future__ import annotations


class TocsinError(Exception):
    """Base of every error the product raises on purpose."""


class InvalidProfileError(TocsinError):
    """A device profile is malformed."""


class InvalidMessageError(TocsinError):
    """A telemetry message cannot be used.

    ``reason`` is one of the short codes listed in docs/formats.md; the text says what was found.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


class InvalidBundleError(TocsinError):
    """A model bundle is incomplete, damaged, or made for another profile."""


class DamagedDocumentError(TocsinError):
    """A stored document lacks what it must have, or has something else in its place."""


class InvalidRequestError(TocsinError):
    """A request has a part that is unknown, malformed or out of its range."""


class InvalidSiteError(InvalidRequestError):
    """A site cannot be called that; the text says why."""


class TooLargeError(InvalidRequestError):
    """A request has more bytes than are read."""


class UnsupportedTypeError(InvalidRequestError):
    """The body of a request is of a type that is not read."""


class NotFoundError(TocsinError):
    """What a request asks for is not there."""


class UnauthenticatedError(TocsinError):
    """A request names no user that can be trusted."""


class ForbiddenError(TocsinError):
    """The user lacks the role that the request needs."""


class TooManyCallsError(TocsinError):
    """A caller calls more often than one may. ``wait_s``: seconds until the next call is taken."""

    def __init__(self, text: str, wait_s: int) -> None:
        super().__init__(text)
        self.wait_s = wait_s


class InvalidProblemError(TocsinError):
    """A rebalancing problem contradicts itself or names what does not exist."""


class DeliveryError(TocsinError):
    """Something could not be handed over; sent again it may be, unless it is a RefusedError."""


class HubAwayError(DeliveryError):
    """Only the hub knows what was asked, and it does not answer; the text names what."""


class ThrottledError(DeliveryError):
    """A service takes no more for now. ``wait_s``: seconds until it may; 0 if it does not say."""

    def __init__(self, text: str, wait_s: float) -> None:
        super().__init__(text)
        self.wait_s = wait_s


class AddresseeAwayError(DeliveryError):
    """One of those that a service reaches takes nothing for now; it is no fault of the service."""


class RefusedError(DeliveryError):
    """A service takes this one thing never, however often it is sent; others it does take."""


class ConflictError(TocsinError):
    """What is asked for does not go with how things stand; the text says what stands against it."""


class BusyError(TocsinError):
    """Someone else holds the lease that this work needs, or has taken it over."""


class OutdatedError(TocsinError):
    """A change was meant for another state than the one in force; the text says who set that."""


class ChangedMeanwhileError(TocsinError):
    """A document is no longer as it was read: read it again, and decide anew."""
