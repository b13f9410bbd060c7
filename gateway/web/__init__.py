"""The browser side: GraphiQL, written in TypeScript, built by `npm run build` into `dist`, and served from there."""

from pathlib import Path
from typing import Final

DIST: Final = Path(__file__).parent / "dist"
"""The built page: `index.html` and, with hashes in their names, `assets/`. Absent until it is built."""
