"""A process that can compute and nothing else.

``python -m tests.fakes.denied FOLDER`` loads every program in FOLDER while files, programs and
sockets are denied, and prints what became of each as one JSON object. With ``--try NAME`` it does
one forbidden thing instead, to show that the denial holds.
"""

from __future__ import annotations

import argparse
import codecs
import ctypes
import json
import pickle
import platform
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from tests.fakes.archives import PROFILE, program_of
from tests.fakes.models import spec_of
from tocsin.adapters.models.model_bundle import load_model
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles

MOST_BYTES = 1 << 30  # beyond what the process has when it begins
DENIED = (
    "open",
    "exec",
    "import",
    "pickle.",
    "socket.",
    "subprocess.",
    "os.",
    "ctypes.",
    "shutil.",
)
# Of x86-64: open, creat, openat, openat2, execve, execveat, socket, connect, truncate, rename,
# unlink, mkdir, renameat, unlinkat, renameat2, fork, vfork.
SYSTEM_CALLS = (2, 85, 257, 437, 59, 322, 41, 42, 76, 82, 87, 83, 264, 263, 316, 57, 58)
X86_64 = 0xC000003E
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
KILL_PROCESS, ALLOW = 0x80000000, 0x7FFF0000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06


class DeniedError(BaseException):
    """Something other than computing was tried. No code that is under test may swallow it."""


class SockFprog(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(DENIED):
        raise DeniedError(f"{event} {arguments!r:.200}")


def can_deny_system_calls() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64"


def deny_system_calls() -> None:
    """Have the kernel end this process at the first of SYSTEM_CALLS."""
    steps = [struct.pack("HBBI", LOAD, 0, 0, 4)]  # the architecture
    steps.append(struct.pack("HBBI", JUMP_IF_EQUAL, 1, 0, X86_64))
    steps.append(struct.pack("HBBI", RETURN, 0, 0, KILL_PROCESS))
    steps.append(struct.pack("HBBI", LOAD, 0, 0, 0))  # the call's number
    for left, number in zip(range(len(SYSTEM_CALLS), 0, -1), SYSTEM_CALLS, strict=True):
        steps.append(struct.pack("HBBI", JUMP_IF_EQUAL, left, 0, number))
    steps.append(struct.pack("HBBI", RETURN, 0, 0, ALLOW))
    steps.append(struct.pack("HBBI", RETURN, 0, 0, KILL_PROCESS))
    content = ctypes.create_string_buffer(b"".join(steps))
    program = SockFprog(len(steps), ctypes.cast(content, ctypes.c_void_p))
    kernel = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0),
    ):
        if kernel.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), f"prctl{arguments[:2]} failed")


def limit_memory() -> None:
    """Let the process grow by MOST_BYTES and no more."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def load(content: bytes, profile: Profile) -> str:
    """What became of one program: ``loaded``, or why it was refused."""
    try:
        load_model(spec_of(profile), content, profile)
    except InvalidBundleError as error:
        return f"refused: {error}"
    return "loaded"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--try", dest="tried")
    parsed = parser.parse_args()
    programs = {path.name: path.read_bytes() for path in sorted(parsed.folder.glob("*.pt2"))}
    pickled = (parsed.folder / "pickle").read_bytes()
    canary = parsed.folder / "canary"
    forbidden: dict[str, Callable[[], object]] = {
        "open": lambda: canary.write_text("opened", encoding="ascii"),
        "unpickle": lambda: pickle.loads(pickled),
        # Not seen by the interpreter, only by the kernel.
        "from_file": lambda: torch.from_file(str(canary), shared=True, size=4).fill_(7.0),
        "memory": lambda: torch.zeros(MOST_BYTES),
    }
    codecs.lookup("cp437")  # zipfile's, for names that are not UTF-8
    profile, good = load_profiles()[PROFILE], program_of(PROFILE)
    assert load(good, profile) == "loaded", "whatever is imported lazily is imported now"
    limit_memory()
    if can_deny_system_calls():
        deny_system_calls()
    sys.addaudithook(watch)
    if parsed.tried:
        forbidden[parsed.tried]()
        return 0
    found = {name: load(content, profile) for name, content in programs.items()}
    found["good"] = load(good, profile)
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
