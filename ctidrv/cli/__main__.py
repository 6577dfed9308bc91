import sys

from ctidrv.cli import main

sys.exit(main())
