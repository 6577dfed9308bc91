import sys

from ctidesk.app import main

if __name__ == "__main__":
    sys.exit(main())
