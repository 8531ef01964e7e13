#!/usr/bin/env python3
"""Judges tokens by PyJWT, as an application of ours would set it up; peers.hpp holds its verdicts against ekauth's.

A token is a line of hexadecimal bytes. Its verdict is a line: + it is accepted, or - and the reason.
"""
import datetime
import sys

try:
    import jwt
    from jwt import api_jwt
except ImportError:
    sys.exit("judge_pyjwt: this python3 has no module jwt; install python3-jwt")

SECRET = b"0123456789abcdef0123456789abcdef"


class stopped_clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(1700000100, tz)


api_jwt.datetime = stopped_clock


def judge(token):
    try:
        jwt.decode(
            token,
            SECRET,
            algorithms=["HS256"],
            audience="events",
            issuer="https://auth.example",
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        return "+"
    except jwt.InvalidTokenError as why:
        return f"- {type(why).__name__}"
    except Exception as why:  # what should not come out of a verifier; refused all the same
        return f"- unexpected {type(why).__name__}"


for line in sys.stdin:
    print(judge(bytes.fromhex(line)))
