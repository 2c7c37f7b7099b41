"""`make generated`: make anew what is generated and committed."""

import json
import shutil
import tempfile
from pathlib import Path

from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.generated import api, code_versions, messages, tables


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    server = embedded_server.start(home)
    try:
        with Warehouse(home, server.url("brapped")) as warehouse, warehouse.transaction() as tx:
            found = tables.with_lineage(tx)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    code_versions.write()
    api.write()
    messages.write()
    tables.FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
