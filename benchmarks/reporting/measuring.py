"""Reads the rounds of benchmarks/run, as Google Benchmark writes them."""
import datetime
import glob
import json
import os
import re


def read_rounds(folder):
    """{program: {operation: {what: [a figure of each round]}}}"""
    programs = {}
    paths = glob.glob(os.path.join(folder, "rounds", "*.json"))
    for path in sorted(paths, key=lambda p: int(p.split(".")[-2])):
        program = os.path.basename(path).split(".")[0]
        rows = programs.setdefault(program, {})
        for one in json.load(open(path))["benchmarks"]:
            if one.get("run_type") == "aggregate":
                continue
            name = re.sub(r"/(iterations:\d+|manual_time|real_time)", "", one["run_name"])
            # Processor time leaves out what others ran meanwhile; where threads wait for each other it does not do.
            by_clock = "real_time" in one["run_name"] or "manual_time" in one["run_name"]
            in_ns = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[one["time_unit"]]
            figures = {"ns": one["real_time" if by_clock else "cpu_time"] * in_ns}
            known = set("""name run_name run_type repetitions repetition_index threads iterations real_time cpu_time
                           time_unit family_index per_family_instance_index label""".split())
            figures.update({key: value for key, value in one.items() if key not in known})
            for key, value in figures.items():
                rows.setdefault(name, {}).setdefault(key, []).append(float(f"{value:.4g}"))
    return programs


def processor():
    model = "unknown processor"
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.split(":")[1].strip()
    return f"{model}, {os.cpu_count()} virtual processors, shared with other work"


def read_results(folder, command, known, add):
    """The results of all programs: of this call, or of earlier ones by the file known. add: both, the earlier rounds first."""
    results = json.load(open(known)) if os.path.exists(known) else {}
    for program, rows in read_rounds(folder).items():
        made_by_command = command
        rounds = len(glob.glob(os.path.join(folder, "rounds", program + ".*.json")))
        if add and program in results:
            before = results[program]
            rounds += before["rounds"]
            if command not in before["command"]:
                made_by_command = before["command"] + "` and `" + command
            for name, figures in rows.items():
                for key, values in figures.items():
                    values[:0] = before["rows"].get(name, {}).get(key, [])
        results[program] = {"command": made_by_command, "date": datetime.date.today().isoformat(), "machine": processor(),
                            "rounds": rounds, "rows": rows}
    return results
