"""What is left of a device's standing when its basis changes.

Scores of two models are told in two scales, so what was learned from one, the device's factor and
the aftermath of its last excursion, says nothing under the other: both begin anew, and the factor
is 1 until a day of the new scores is known. So it is when operators call the device's state normal
from now on. Its own range (limits/own_range.py) has nothing to do with a model. A device that is
put to another use, under another profile, starts clean.
"""

from __future__ import annotations

from dataclasses import replace

from tocsin.domain.judging.adaptation import Usual
from tocsin.domain.judging.aftermath import NONE
from tocsin.domain.judging.basis import Basis
from tocsin.domain.judging.decisions import Standing


def renew_standing(
    standing: Standing, profile: str, version: str | None, baseline: int
) -> Standing:
    """What *standing* counts for once a message of *profile* came, scored by the model *version*
    (None: by none). Still in its alert, unless the profile is another."""
    basis = standing.basis
    is_other = changes_profile(standing, profile)
    if version is None and not is_other:
        version = basis.version
    if basis.profile == profile and basis.version == version and basis.baseline == baseline:
        return standing
    news = Basis(profile, version, baseline)
    if is_other:
        return Standing(basis=news)
    if basis.version in {None, version} and basis.baseline == baseline:
        return replace(standing, basis=news)
    operating = standing.operating.forget_scores()
    return replace(standing, usual=Usual(), aftermath=NONE, basis=news, operating=operating)


def changes_profile(standing: Standing, profile: str) -> bool:
    """Whether a message of *profile* puts the device to another use."""
    return standing.basis.profile not in {None, profile}
