"""`python -m colead` is the command `colead`."""

import sys

from ._cli import main

sys.exit(main())
