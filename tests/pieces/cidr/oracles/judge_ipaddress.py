#!/usr/bin/env python3
"""Judges generated cases by the ipaddress module; oracle_test.cpp compares its verdicts with ekauth's.

A case is a line of hexadecimal UTF-8: entries by commas, a blank, an address. Its verdict is a letter for each entry
(n refused, + contains the address, - does not), one for the address (y, n), and one for the list of all entries.
Mapped addresses are turned into IPv4 first, as the module tells its users to do.
"""
import ipaddress
import sys


def normal(address):
    return getattr(address, "ipv4_mapped", None) or address


def read_block(text):
    block = ipaddress.ip_network(text)
    mapped = getattr(block.network_address, "ipv4_mapped", None)
    if mapped is None or block.prefixlen < 96:
        return block
    return ipaddress.ip_network((int(mapped), block.prefixlen - 96))


def read_entry(text):
    """Whether an address is inside, as a function."""
    if "-" not in text:
        block = read_block(text)
        return lambda who: who in block
    first, last = (normal(ipaddress.ip_address(end)) for end in text.split("-", 1))
    if last < first:  # raises TypeError when they are of two versions
        raise ValueError("reversed")
    return lambda who: who.version == first.version and first <= who <= last


def attempt(read, text):
    try:
        return read(text)
    except (ValueError, TypeError):
        return None


def judge(line):
    *entries, who = (bytes.fromhex(text).decode("utf-8", "replace") for text in line.replace(" ", ",").split(","))
    address = attempt(lambda text: normal(ipaddress.ip_address(text)), who)
    letters = ""
    for text in entries:
        contains = attempt(read_entry, text)
        letters += "n" if contains is None else "+" if address is not None and contains(address) else "-"
    whole = "n" if "n" in letters else "+" if "+" in letters else "-"
    return f"{letters} {'n' if address is None else 'y'} {whole}"


for case in sys.stdin:
    print(judge(case.rstrip("\n")))
