"""Lines of the log that say what they are about in a form that programs read.

The worker of Azure Functions ships the text of a record and nothing else: what a record carries
besides is lost. So the subjects stand at the end of the text, as JSON. The host adds the run of the
function and the trace of that run itself.
"""

from __future__ import annotations

import json
import logging

from tocsin.domain.insights.log_about import ABOUT


class AboutRecord(logging.LogRecord):
    """A record whose text ends with its subjects, where it has some."""

    def getMessage(self) -> str:  # noqa: N802 (of the library)
        text, subjects = super().getMessage(), self.__dict__.get(ABOUT)
        return f"{text} {json.dumps(subjects, ensure_ascii=False)}" if subjects else text


def name_subjects() -> None:
    """Have every record of this process say what it is about."""
    logging.setLogRecordFactory(AboutRecord)
