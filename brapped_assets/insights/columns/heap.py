"""Memory that was freed goes back to the system: glibc keeps it else, and a life of ten million plays is half of it."""

import ctypes
import gc
import sys

# As <malloc.h> numbers them.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
# A column of ten million plays is larger, one of a block of plays is not: those are wanted again at once.
LARGE_BYTES = 8 * 2**20


def keep_little() -> None:
    """Large arrays are given back as soon as nobody holds them; of what is smaller so much is kept for the next.

    What is there by now stays, and is no garbage: looking through it took 40 ms, once in some hundred pages.
    For a process of pages, once it is ready to answer. Where there is no glibc the rest is as it was.
    """
    gc.freeze()
    if (libc := _glibc()) is not None:
        libc.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
        libc.mallopt(M_TRIM_THRESHOLD, 2 * LARGE_BYTES)


def give_back() -> None:
    """What is free by now; worth it after a life was loaded."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    return libc if hasattr(libc, "malloc_trim") else None
