"""The tables of README.md, docs/BENCHMARKS.md and results.md."""
import re
import statistics

from reporting.figures import LISTS, comparisons, spread
from reporting.targets import targets
from reporting.texts import shown, table, time, times

SIZES = (10, 1000, 100000, 1000000)


def cidr_lookups(seen):
    rows = []
    for family in ("v4", "v6"):
        for kind, said in (("hit", "in the list"), ("miss", "not in it"), ("alone", "one after the other")):
            for size in SIZES:
                row = [f"IP{family}, {said}", f"{size:,}"]
                ours = f"{family}/ekauth/{kind}/{size}"
                for key, _ in LISTS:
                    name = f"{family}/{key}/{kind}/{size}"
                    text = shown(seen.median("cidr", name), time)
                    if key == "ekauth":
                        text += f" ± {spread(seen.samples('cidr', name)):.0%}"
                    else:
                        text += " = " + shown(seen.ratio("cidr", name, ours), times)
                    row.append(text)
                rows.append(row)
    return table(["lookup", "entries"] + [name for _, name in LISTS], rows)


def cidr_builds(seen):
    rows = []
    for family in ("v4", "v6"):
        for size in SIZES:
            row = [f"IP{family}", f"{size:,}", shown(seen.median("cidr", f"{family}/ekauth/build/{size}", "ranges"),
                                                     lambda v: f"{v:,.0f}")]
            for key, _ in LISTS:
                name = f"{family}/{key}/build/{size}"
                row.append(shown(seen.median("cidr", name), time) + ", " +
                           shown(seen.median("cidr", name, "bytes/entry"), lambda v: f"{v:.3g} B"))
            rows.append(row)
    return table(["family", "entries", "ranges left"] + [name for _, name in LISTS], rows)


def cidr_others(seen):
    rows = seen.results.get("cidr", {}).get("rows", {})
    return table(["operation", "time", "spread"],
                 [[f"`{name}`", time(statistics.median(of["ns"])), f"± {spread(of['ns']):.0%}"]
                  for name, of in sorted(rows.items()) if not name.startswith(("v4/", "v6/"))])


def operations(seen, program, wanted=lambda name: True):
    """One row an operation, with whatever it was compared with."""
    rows = {name: of for name, of in seen.results.get(program, {}).get("rows", {}).items() if wanted(name)}
    keys = []
    for of in rows.values():
        keys += [key for key in of if key not in keys and key != "ns"]
    body = []
    for name, of in sorted(rows.items()) if program == "scope" else rows.items():  # that was shuffled
        row = [f"`{name}`", time(statistics.median(of["ns"])), f"± {spread(of['ns']):.0%}"]
        for key in keys:
            value = seen.median(program, name, key)
            text = times if key.startswith("x ") else lambda v: f"{v:.4g}"
            row.append(shown(value, text))
        body.append(row)
    return table(["operation", "time", "spread"] + [re.sub("^x ", "× ", key) for key in keys], body)


def jwt_operations(seen):
    return operations(seen, "jwt", lambda name: not name.startswith(("refuse/", "size/")))


def jwt_refusals(seen):
    return operations(seen, "jwt", lambda name: name.startswith("refuse/"))


def jwt_sizes(seen):
    kinds = (("long_claim", "accepted, one long claim"), ("many_claims", "accepted, many claims"),
             ("forged", "forged"), ("long_header", "refused for its header"))
    return table(["characters"] + [said for _, said in kinds],
                 [[f"{size:,}"] + [shown(seen.median("jwt", f"size/{key}/{size}"), lambda ns: f"{time(ns)} = {ns / size:.2f} ns each")
                                   for key, _ in kinds] for size in (512, 1024, 2048, 4096, 8192)])


def made_by(seen, program):
    of = seen.results.get(program)
    return "not measured" if of is None else f"`{of['command']}`, {of['date']}, {of['rounds']} rounds, {of['machine']}"


TABLES = {"cidr": {"lookups": cidr_lookups, "builds": cidr_builds, "others": cidr_others},
          "jwt": {"operations": jwt_operations, "refusals": jwt_refusals, "sizes": jwt_sizes}}


def tables(seen, program):
    """{name: its table}"""
    makers = TABLES.get(program, {"operations": lambda all: operations(all, program)})
    return {name: make(seen) for name, make in makers.items()}


def summary(seen):
    """What README shows."""
    rows = []
    for title, bars in comparisons(seen):
        ours = {"verify an access token": ("jwt", "verify"), "issue an access token": ("jwt", "issue"),
                "check two scopes": ("scope", "covers_all_of")}.get(title)
        if ours is None:
            family, size = re.match(r"look up in IP(v.), ([\d,]+)", title).groups()
            ours = ("cidr", f"{family}/ekauth/hit/{size.replace(',', '')}")
        rows.append([title, shown(seen.quiet(*ours), time), ", ".join(f"{name} {times(value)}" for name, value in bars)])
    for program, name, title in (("keys", "verify", "verify an API key, store in memory"),
                                 ("guard", "token", "a whole request with a token"),
                                 ("guard", "api_key", "a whole request with an API key")):
        if seen.samples(program, name):
            rows.append([title, time(seen.quiet(program, name)), ""])
    for program, name, title, other, key in (
            ("refresh", "rotate_on_sqlite", "rotate a refresh token, SQLite", "the same statements by hand", "x by hand"),
            ("postgres", "verify_key/planned_each_time", "verify an API key, PostgreSQL", "its look-up by libpq", "x by hand"),
            ("postgres", "refresh_token/planned_each_time", "rotate a refresh token, PostgreSQL",
             "the same statements by libpq", "x by hand"),
            ("redis", "verify_key", "verify an API key, Redis", "its look-up by hiredis", "x by hand"),
            ("redis", "refresh_token", "rotate a refresh token, Redis", "the same scripts by hiredis", "x by hand"),
            ("password", "verify", "check a password, 64 MiB × 2", "libsodium's own function", "x libsodium")):
        than = seen.median(program, name, key)
        if than:
            rows.append([title, time(seen.quiet(program, name)), f"{other} {times(1 / than)}"])
    return table(["operation", "ekauth", "how many times as long others take"], rows)


def page(seen):
    """All tables, one program after the other."""
    parts = ["# Targets\n\n" + targets(seen) + "\n"]
    for program in seen.results:
        parts.append(f"\n# {program}\n\n{made_by(seen, program)}\n\n")
        parts.append("\n\n".join(tables(seen, program).values()) + "\n")
    return "".join(parts)


def block_of(seen, name):
    if name in ("summary", "targets"):
        return {"summary": summary, "targets": targets}[name](seen)
    program, what = name.split(".")
    return made_by(seen, program) if what == "made_by" else tables(seen, program)[what]


def fill(seen, path):
    """Puts each block between its marks."""
    text = open(path).read()

    def block(match):
        return f"{match[1]}\n{block_of(seen, match[2])}\n{match[3]}"

    fresh = re.sub(r"(<!-- benchmarks/run: ([a-z0-9_.]+) -->)\n.*?(<!-- /benchmarks/run -->)", block, text, flags=re.S)
    open(path, "w").write(fresh)
