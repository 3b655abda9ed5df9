"""What a person must put right: one sentence that says what and how."""

import os
import signal
import sys


class Trouble(Exception):
    """Ends a script with its text and exit status 1, without a stack trace."""


def end_well(main) -> None:
    """Runs main and turns what may go wrong into an exit status."""
    # A shell that starts us in the background may have switched Ctrl-C off for all that we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        status = main()
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("\nInterrupted; the next run goes on from here.", file=sys.stderr)
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
