"""Statistics of the figures of all rounds: medians, quiet times, ratios."""
import statistics

LISTS = (("ekauth", "ekauth"), ("binary_search", "binary search"), ("scan", "linear scan"), ("asio", "Asio"))


class figures:
    """The results of all programs, as measuring.read_results answers them."""

    def __init__(self, results):
        self.results = results

    def samples(self, program, name, key="ns"):
        return self.results.get(program, {}).get("rows", {}).get(name, {}).get(key, [])

    def quiet(self, program, name, key="ns"):
        """The 20th percentile: what an operation takes while the rest of a shared machine is quiet."""
        values = sorted(self.samples(program, name, key))
        return values[len(values) // 5] if values else None

    def median(self, program, name, key="ns"):
        values = self.samples(program, name, key)
        return statistics.median(values) if values else None

    def ratio(self, program, above, below):
        """How many times as long one takes as another, round by round."""
        pairs = [a / b for a, b in zip(self.samples(program, above), self.samples(program, below))]
        return statistics.median(pairs) if pairs else None

    def difference(self, program, above, below):
        pairs = [a - b for a, b in zip(self.samples(program, above), self.samples(program, below))]
        return statistics.median(pairs) if pairs else None


def spread(values):
    """Half the distance of the quartiles, of the median."""
    if len(values) < 3:
        return 0
    low, middle, high = statistics.quantiles(values, n=4)
    return (high - low) / 2 / middle if middle else 0


def most(*values):
    known = [value for value in values if value is not None]
    return max(known) if len(known) == len(values) and known else None


def least(*values):
    known = [value for value in values if value is not None]
    return min(known) if len(known) == len(values) and known else None


def inverse(value):
    return 1 / value if value else None


def comparisons(seen):
    """Title, and of each bar its name and how many times as long as ekauth it takes."""
    found = []
    for operation, title in (("verify", "verify an access token"), ("issue", "issue an access token")):
        bars = [(peer, seen.median("jwt", f"{operation}/{peer}", "x ours")) for peer in ("libjwt", "cpp-jwt", "cjose", "POCO")]
        floor = seen.median("jwt", operation, "x floor")
        found.append((title, [("bare HMAC", 1 / floor if floor else None)] + bars))
    for family, size in (("v4", 10), ("v4", 1000), ("v4", 100000), ("v6", 1000), ("v6", 100000)):
        bars = [(said, seen.ratio("cidr", f"{family}/{key}/hit/{size}", f"{family}/ekauth/hit/{size}")) for key, said in LISTS[1:]]
        found.append((f"look up in IP{family}, {size:,} entries", bars))
    for key, said in (("covers_by_strings", "vectors of strings"), ("covers_by_hashed", "hash set")):
        found.append(("check two scopes", [(said, seen.ratio("scope", key, "covers_all_of"))]))
    found[-2:] = [("check two scopes", found[-2][1] + found[-1][1])]
    return [(title, [bar for bar in bars if bar[1]]) for title, bars in found if any(bar[1] for bar in bars)]
