"""A picture, as SVG: how many times as long as ekauth others take."""
import math

from reporting.figures import comparisons
from reporting.texts import times


def picture(seen):
    left, width, line, decades = 170, 560, 18, 6
    unit = width / decades  # of one power of ten; the axis begins at 0.1

    def place(value):
        return left + unit * (1 + math.log10(min(max(value, 0.1), 10 ** (decades - 1))))

    body, y = [], 58
    for title, bars in comparisons(seen):
        body.append(f'<text x="{left}" y="{y}" class="title">{title}</text>')
        y += 8
        for name, value in [("ekauth", 1)] + bars:
            at, one = place(value), place(1)
            x, end = min(at, one), max(at, one)
            body.append(f'<text x="{left - 8}" y="{y + 12}" text-anchor="end">{name}</text>')
            if name == "ekauth":
                body.append(f'<rect x="{one - 3}" y="{y + 2}" width="6" height="12" class="ours"/>')
            else:
                body.append(f'<rect x="{x:.1f}" y="{y + 3}" width="{max(end - x, 1):.1f}" height="10" class="other"/>')
            body.append(f'<text x="{end + 6:.1f}" y="{y + 12}">{times(value)}</text>')
            y += line
        y += 22
    grid = []
    for power in range(-1, decades):
        x = place(10.0 ** power)
        grid.append(f'<line x1="{x:.1f}" y1="40" x2="{x:.1f}" y2="{y - 18}" class="{"one" if power == 0 else "grid"}"/>')
        grid.append(f'<text x="{x:.1f}" y="36" text-anchor="middle" class="tick">'
                    f'{"0.1" if power < 0 else format(10 ** power, ",")} ×</text>')
    style = ("text{font:12px sans-serif;fill:#222}.title{font-weight:bold}.tick{fill:#666}.grid{stroke:#ddd}"
             ".one{stroke:#1a7f37}.ours{fill:#1a7f37}.other{fill:#8c959f}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 90}" height="{y}" role="img">'
            f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
            f'<text x="12" y="18" class="title">How many times as long as ekauth (logarithmic)</text>'
            + "".join(grid + body) + "</svg>\n")
