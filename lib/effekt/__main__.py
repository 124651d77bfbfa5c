"""`python -m effekt` is the command `effekt`."""

import sys

from effekt.cli import main

if __name__ == "__main__":
    sys.exit(main())
