"""The command: `cnilint`, or `python -m cnilint`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # the shell closed it
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    if sys.argv[1:] == ["--version"]:
        from cnilint import __version__

        try:
            print(f"cnilint {__version__}", flush=True)  # noqa: T201  before anything is imported
        except OSError:
            os._exit(0)  # nobody reads it
        return
    import gc

    gc.disable()  # trees have no cycles, and a run is short
    try:
        from cnilint.cli import plain
        from cnilint.start import claim_process
        from cnilint.streams import let_go

        claim_process()
        request = plain.read(sys.argv[1:])
        if request is not None:
            code = plain.run(request)
        else:
            from cnilint.cli.app import run

            code = run()
        let_go()
    except KeyboardInterrupt:  # while all of that is loaded
        code = 130
    os._exit(code)  # taking down every tree and module one by one would cost a tenth of the run


if __name__ == "__main__":
    main()
