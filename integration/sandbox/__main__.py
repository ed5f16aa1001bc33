"""``python -m integration.sandbox``: needs no Django."""

import sys

from integration.sandbox.dataverse.arguments import add_arguments, options_from, parser
from integration.sandbox.dataverse.server import serve

if __name__ == "__main__":
    sys.exit(serve(options_from(add_arguments(parser()).parse_args())))
