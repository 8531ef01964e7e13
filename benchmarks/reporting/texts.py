"""How a time, a ratio and a table are written."""


def time(ns):
    for unit, size in (("ns", 1), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)):
        if ns < 999.5 * size or unit == "s":
            return f"{ns / size:.3g} {unit}"


def times(value):
    return f"{float(f'{value:.3g}'):,.0f} ×" if value >= 100 else f"{value:.3g} ×"


def shown(value, text):
    return "–" if value is None else text(value)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
