"""The files that lie beside the pages of a report: stylesheet, fonts, script."""

from pathlib import Path

from ..charts.look import DARK, TOKENS
from ..paths import PACKAGE

ASSETS = Path(__file__).with_name("assets")
FONTS = PACKAGE / "assets" / "fonts"


def palette() -> str:
    """CSS: the figures' colours as custom properties, light and dark, and drawings that follow them."""
    lines = [":root {", *(f"  --{name}: {colour};" for name, colour in TOKENS.items()), "}"]
    lines += ["@media screen and (prefers-color-scheme: dark) {", "  :root {"]
    lines += [*(f"    --{name}: {colour};" for name, colour in DARK.items()), "  }", "}"]
    for name, colour in TOKENS.items():
        # No `svg` before the attribute: what <use> draws is a tree of its own, where no ancestor matches.
        lines += [f'[{kind}="{colour}"] {{ {kind}: var(--{name}); }}' for kind in ("fill", "stroke")]
    return "\n".join(lines) + "\n"


def write_assets(folder: Path) -> tuple[Path, ...]:
    """Writes style.css, site.js and fonts/ into `folder`; returns the files, the same bytes every time."""
    contents = {
        "style.css": ((ASSETS / "style.css").read_text(encoding="utf-8") + "\n" + palette()).encode(),
        "site.js": (ASSETS / "site.js").read_bytes(),
    }
    contents |= {f"fonts/{font.name}": font.read_bytes() for font in sorted(FONTS.glob("*.woff2"))}
    contents["fonts/OFL.txt"] = (FONTS / "OFL.txt").read_bytes()
    written = []
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.append(path)
    return tuple(written)
