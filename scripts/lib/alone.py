"""Only one set-up at a time."""

import fcntl
import os
from contextlib import contextmanager

from home import HOME


@contextmanager
def alone():
    """Holds the checkout's set-up lock; yields its file descriptor.

    Programs that a set-up starts inherit the descriptor: if the set-up itself is killed, the next one waits until the
    last of them has gone, and the operating system lets go of the lock without anyone's help.
    """
    HOME.mkdir(exist_ok=True)
    lock = os.open(HOME / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this checkout is running: waiting for it.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        os.set_inheritable(lock, True)
        yield lock
    finally:
        os.close(lock)
