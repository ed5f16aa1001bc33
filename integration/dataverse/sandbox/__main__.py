"""``python -m integration.dataverse.sandbox``: needs no Django."""

import sys

from integration.dataverse.sandbox.arguments import add_arguments, options_from, parser
from integration.dataverse.sandbox.server import serve

if __name__ == "__main__":
    sys.exit(serve(options_from(add_arguments(parser()).parse_args())))
