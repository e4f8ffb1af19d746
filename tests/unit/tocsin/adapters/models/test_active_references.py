from __future__ import annotations

import numpy as np
import pytest

from tests.fakes.bundles import bundle_files
from tests.fakes.files import FakeFiles
from tests.fakes.messages import PROBE, RIG
from tocsin.adapters.models.active_references import ActiveReferences
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.drift import reference_document, reference_of

VALUES = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
REFERENCE = reference_of([VALUES[:, 0]], [VALUES], RIG)
FILES = bundle_files(RIG, "1-a", reference=reference_document(REFERENCE))


def references(files: FakeFiles) -> ActiveReferences:
    return ActiveReferences(PublishedBundles(files.read, SigningKeys()))


async def test_the_active_bundles_reference_is_read_without_its_program() -> None:
    files = FakeFiles(dict(FILES))
    assert await references(files).active(RIG) == ("1-a", REFERENCE)
    assert files.reads == ["rig/active.json", "rig/1-a/bundle.json"]


async def test_what_cannot_be_trusted_is_refused() -> None:
    with pytest.raises(InvalidBundleError, match="'probe' has no active bundle"):
        await references(FakeFiles(dict(FILES))).active(PROBE)
    files = {**FILES, "rig/1-a/bundle.json": FILES["rig/1-a/bundle.json"] + b" "}
    with pytest.raises(InvalidBundleError, match="SHA-256"):
        await references(FakeFiles(files)).active(RIG)
    files = {name: content for name, content in FILES.items() if "bundle" not in name}
    with pytest.raises(InvalidBundleError, match=r"1-a/bundle\.json does not exist"):
        await references(FakeFiles(files)).active(RIG)
    with pytest.raises(InvalidBundleError, match="no usable reference"):
        await references(FakeFiles(bundle_files(RIG, "2-b"))).active(RIG)
