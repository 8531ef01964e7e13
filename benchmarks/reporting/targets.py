"""The targets of the design, and whether they are met."""
from reporting.figures import inverse, least, most
from reporting.texts import table, time, times


def lists_ns(seen, family, size):
    return most(*(seen.quiet("cidr", f"{family}/ekauth/{kind}/{size}") for kind in ("hit", "miss")))


def lists_than_scan(seen, size):
    return least(*(seen.ratio("cidr", f"v4/scan/{kind}/{size}", f"v4/ekauth/{kind}/{size}") for kind in ("hit", "miss")))


def peers(seen, operation):
    found = [seen.median("jwt", f"{operation}/{peer}", "x ours") for peer in ("libjwt", "cpp-jwt", "cjose", "POCO")]
    return least(*[value for value in found if value is not None])


def beside_clients(seen):
    for program, where, ends, hand in (("postgres", "PostgreSQL", "/planned_each_time", "libpq"),
                                       ("postgres", "PostgreSQL, prepared", "/prepared", "libpq"),
                                       ("redis", "Redis", "", "hiredis")):
        for what, operation, trips in (("key verify", "verify_key", 1), ("rotation", "refresh_token", 2)):
            name = operation + ends
            yield program, f"{what} on {where}, beside {hand} by hand", seen.median(program, name, "x by hand"), 1.1, times, True
            yield (program, f"{what} on {where}, round trips", seen.median(program, name, "round trips"), trips,
                   lambda v: f"{v:.0f}", True)


def all_targets(seen):
    return [  # what, the figure, its limit, how to write both, and whether less is better
        ("cidr", "IPv4 list of 10", lists_ns(seen, "v4", 10), 8, time, True),
        ("cidr", "IPv4 list of 1,000", lists_ns(seen, "v4", 1000), 8, time, True),
        ("cidr", "IPv4 list of 10, linear scan beside it", lists_than_scan(seen, 10), 3, times, False),
        ("cidr", "IPv4 list of 1,000, linear scan beside it", lists_than_scan(seen, 1000), 80, times, False),
        ("cidr", "IPv4 list of 100,000", lists_ns(seen, "v4", 100000), 10, time, True),
        ("cidr", "IPv4 list of 1,000,000", lists_ns(seen, "v4", 1000000), 15, time, True),
        ("cidr", "bytes an entry at 1,000,000", seen.median("cidr", "v4/ekauth/build/1000000", "bytes/entry"), 2,
         lambda v: f"{v:.3g}", True),
        ("cidr", "100,000 small lists, beside one cache miss",
         seen.ratio("cidr", "customers_contain<ekauth_list<ipv4>>", "customers_touch"), 1.5, times, True),
        ("cidr", "IPv6 list of 1,000", lists_ns(seen, "v6", 1000), 15, time, True),
        ("cidr", "IPv6 list of 100,000", lists_ns(seen, "v6", 100000), 40, time, True),
        ("cidr", "read guard", seen.difference("cidr", "published_allows", "list_contains"), 5, time, True),
        ("cidr", "change of one entry in a list of 50", seen.quiet("cidr", "published_replace/alone/50"), 1000, time, True),
        ("cidr", "change of one entry in a list of 1,000", seen.quiet("cidr", "published_replace/alone/1000"), 1000, time, True),
        ("cidr", "replacing 1,000,000", seen.quiet("cidr", "published_replace/alone/1000000"), 150e6, time, True),
        ("jwt", "verify, beside the bare HMAC", seen.median("jwt", "verify", "x floor"), 1.8, times, True),
        ("jwt", "issue, beside the bare HMAC", seen.median("jwt", "issue", "x floor"), 1.6, times, True),
        ("jwt", "verify, fastest peer beside it", peers(seen, "verify"), 8, times, False),
        ("jwt", "issue, fastest peer beside it", peers(seen, "issue"), 8, times, False),
        ("jwt", "refusing malformed or wrong-alg tokens",
         most(*(seen.quiet("jwt", f"refuse/{kind}") for kind in
                ("no_dots", "short_signature", "too_large", "alg_none", "alg_rs256"))), 50, time, True),
        ("jwt", "refusing a forged token, beside accepting one", seen.median("jwt", "refuse/wrong_signature", "x verify"), 1, times, True),
        ("keys", "offline refusal of a key, allocations", most(*(seen.median("keys", f"refuse/{kind}", "allocs") for kind in
         ("other_text", "too_long", "typo", "unknown_slot"))), 0, lambda v: f"{v:.0f}", True),
        ("keys", "full verify on the memory store, beside its two hashes and one map look-up",
         seen.median("keys", "verify", "x floor"), 2, times, True),
        ("scope", "scope check", most(seen.quiet("scope", "covers_all_of"), seen.quiet("scope", "covers_any_of")), 5, time, True),
        ("refresh", "rotations on SQLite, beside the statements by hand",
         inverse(seen.median("refresh", "rotate_on_sqlite", "x by hand")), 0.8, times, False),
        *beside_clients(seen),
        ("jwt", "two threads, verify of a token", seen.median("jwt", "verify_in_two_threads", "x one running"), 1.9, times, False),
        ("scope", "two threads, scope check", seen.median("scope", "covers_in_two_threads", "x one running"), 1.9, times, False),
        ("cidr", "two threads, allowlist", seen.median("cidr", "published_in_two_threads", "x one running"), 1.9, times, False),
        ("keys", "two threads, verify of an API key", seen.median("keys", "verify_in_two_threads", "x one running"), 1.9, times, False),
    ]


def targets(seen, only=None):
    rows = []
    for program, what, value, limit, text, less in all_targets(seen):
        if value is None or (only and program != only):
            continue
        met = value <= limit if less else value >= limit
        over = max(value, limit) / min(value, limit) if limit else 0
        missed = "" if met or not over else f", by {over - 1:.0%}" if over < 3 else f", by {times(over)}"
        rows.append([what, ("≤ " if less else "≥ ") + text(limit), text(value), ("yes" if met else "**no**") + missed])
    return table(["what", "target", "reached", "met"], rows)
