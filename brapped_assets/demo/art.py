"""Cover art and portraits, drawn as SVG from an id and a name: no image file, no picture of anybody."""

from colorsys import hls_to_rgb
from html import escape
from random import Random

from brapped_assets.demo.names import initials


def cover(image_id: str, name: str, size: int = 640) -> str:
    """A square SVG document of `size` pixels; the same id always looks the same."""
    rng = Random(image_id)
    hue = rng.random()
    one, two, three = (_colour(hue + shift, light) for shift, light in ((0, 0.28), (0.12, 0.5), (0.5, 0.65)))
    shapes = "".join(
        f'<circle cx="{rng.randrange(100)}" cy="{rng.randrange(100)}" r="{rng.randrange(8, 46)}" '
        f'fill="{three}" opacity="0.{rng.randrange(10, 30)}"/>'
        for _ in range(rng.randint(2, 5))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 100 100" role="img">'
        f"<title>{escape(name)}</title>"
        f'<defs><linearGradient id="g" gradientTransform="rotate({rng.randrange(90)})">'
        f'<stop offset="0" stop-color="{one}"/><stop offset="1" stop-color="{two}"/></linearGradient></defs>'
        f'<rect width="100" height="100" fill="url(#g)"/>{shapes}'
        f'<text x="50" y="50" font-family="sans-serif" font-size="38" font-weight="700" fill="#fff" '
        f'text-anchor="middle" dominant-baseline="central">{escape(initials(name))}</text></svg>'
    )


def _colour(hue: float, light: float) -> str:
    red, green, blue = hls_to_rgb(hue % 1, light, 0.55)
    return f"#{int(red * 255):02x}{int(green * 255):02x}{int(blue * 255):02x}"
