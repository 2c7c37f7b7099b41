"""The fonts that a browser here may use: those of some Debian packages, and no other font of the machine."""

from collections.abc import Sequence
from pathlib import Path

FONTS = Path("/usr/share/fonts")
DEJAVU = ("truetype/dejavu/DejaVuSans.ttf", "truetype/dejavu/DejaVuSans-Bold.ttf")
NOTO = (
    *(
        f"truetype/noto/NotoSans{of}-{weight}.ttf"
        for of in ("", "Devanagari", "Arabic")
        for weight in ("Regular", "Bold")
    ),
    # Han, Kana and Hangul in a thirtieth of what Noto's take.
    "truetype/droid/DroidSansFallbackFull.ttf",
)
PACKAGES = {DEJAVU: "fonts-dejavu-core", NOTO: "fonts-noto-core fonts-droid-fallback"}
CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  {files}
  <cachedir>{cache}</cachedir>
  <selectfont><rejectfont><glob>*</glob></rejectfont><acceptfont>{accepted}</acceptfont></selectfont>
  <alias binding="same"><family>sans-serif</family><prefer><family>{family}</family></prefer></alias>
</fontconfig>
"""


def lacking(fonts: Sequence[str]) -> str:
    """What to install where these fonts are not; empty where they are."""
    there = all((FONTS / file).exists() for file in fonts)
    return "" if there else f"their fonts are not on this machine (Debian: apt install {PACKAGES[tuple(fonts)]})"


def configuration(folder: Path, fonts: Sequence[str], family: str) -> Path:
    """A fontconfig file for `FONTCONFIG_FILE`, with these fonts only; `family` stands for sans-serif."""
    folders = sorted({str((FONTS / file).parent) for file in fonts})
    file = folder / "fonts.conf"
    file.write_text(
        CONFIGURATION.format(
            files="".join(f"<dir>{one}</dir>" for one in folders),
            cache=folder / "cache",
            accepted="".join(f"<glob>{FONTS / one}</glob>" for one in fonts),
            family=family,
        ),
        encoding="utf-8",
    )
    return file
