#!/usr/bin/env python3
"""Proves that the code has floors: no target, and no folder of a target, uses a type of one that uses it.

Reads `import` lines and the names of top-level declarations of Sources/. Prints what is wrong, or with --graph who uses whom, and exits
with 1 where a use runs in a circle, an import is missing, needless or not in Package.swift, a target is too wide, or a file other than
those that may reads the environment.
"""
import collections
import pathlib
import re
import sys

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "Sources"
# Names of ours that Foundation or ArgumentParser has, too: such a use says nothing.
SHARED = {"Argument", "Decoder", "Process"}
PRIVATE = {"private", "fileprivate"}
# The widest target may hold this share of the lines of Swift in Sources.
WIDEST = 0.13

# The files that read the environment's variables; Docs/layout.md says why.
READERS = {"Torch/Environment.swift", "CKernels/Environment.h", "CTorch/WaitPolicy.cpp", "CTorch/Allocation.cpp"}
ENVIRONMENT = re.compile(r"processInfo\.environment|\bgetenv\b|\benviron\b")
TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|#?""".*?"""#?|"(?:\\.|[^"\\\n])*"', re.S)
DECLARATION = re.compile(
    r"^(?:@\w+(?:\([^)]*\))?\s+)*(?P<words>(?:\w+(?:\(set\))?\s+)*?)(?P<kind>class|struct|enum|protocol|actor|typealias|func|let|var)\s+"
    r"(?P<name>\w+)", re.M)
NESTED = re.compile(r"\b(?:class|struct|enum|protocol|actor|typealias|associatedtype|case)\s+([A-Z]\w*)|[<,]\s*([A-Z]\w*)\s*:")
IMPORT = re.compile(r"^(?:@\w+[ \t]+)?import[ \t]+(?:\w+[ \t]+)?(\w+)", re.M)


def code_of(text):
    """The text without comments, and of strings only what is between \\( and )."""
    def keep(match):
        found = match.group(0)
        if found.startswith("/"):
            return " "
        return " ".join(re.findall(r"\\\((.*?)\)", found)) + " "
    return TOKENS.sub(keep, text)


class File:
    def __init__(self, path):
        self.path = path
        parts = path.relative_to(SOURCES).parts
        self.target, self.folder = parts[0], "/".join(parts[1:-1]) or "."
        text = path.read_text()
        self.lines = text.count("\n")
        code = code_of(text)
        self.imports = set(IMPORT.findall(code))
        self.declares = {m["name"] for m in DECLARATION.finditer(code) if m["name"][0].isupper() and not PRIVATE & set(m["words"].split())}
        # Types inside types and generic parameters hide those of other files.
        self.nested = {a or b for a, b in NESTED.findall(code)} - self.declares
        self.uses = set(re.findall(r"(?<![.\w])([A-Z]\w*)", code)) - self.declares


def circles(edges):
    """Strongly connected groups of more than one member."""
    index, low, stack, found, count = {}, {}, [], [], [0]

    def visit(node):
        index[node] = low[node] = count[0]
        count[0] += 1
        stack.append(node)
        for other in sorted(edges.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = []
            while True:
                group.append(stack.pop())
                if group[-1] == node:
                    break
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def main():
    files = [File(path) for path in sorted(SOURCES.rglob("*.swift"))]
    targets = sorted({file.target for file in files})
    homes = collections.defaultdict(list)
    for file in files:
        for name in file.declares:
            homes[name].append(file)

    between = collections.defaultdict(lambda: collections.defaultdict(set))  # target -> target -> names
    within = {target: collections.defaultdict(lambda: collections.defaultdict(set)) for target in targets}
    problems = []
    nested = collections.defaultdict(set)
    for file in files:
        nested[file.target] |= file.nested
    for file in files:
        for name in file.uses - file.nested:
            places = homes.get(name, [])
            own = [place for place in places if place.target == file.target]
            for place in own:
                if place.folder != file.folder:
                    within[file.target][file.folder][place.folder].add((file.path.name, name))
            if own or not places or name in nested[file.target]:
                continue
            imported = [place for place in places if place.target in file.imports]
            if not imported and len({place.target for place in places}) == 1 and not name in SHARED:
                problems.append(f"{file.path.relative_to(SOURCES)} uses {name} of {places[0].target} without importing it")
            for place in imported:
                between[file.target][place.target].add((file.path.name, name))
        for other in file.imports & set(targets):
            between[file.target][other].add((file.path.name, "import"))

    for group in circles({a: set(b) for a, b in between.items()}):
        problems.append("targets use each other: " + ", ".join(group))
    for target in targets:
        for group in circles({a: set(b) for a, b in within[target].items()}):
            problems.append(f"folders of {target} use each other: " + ", ".join(group))
            for a in group:
                for b in group:
                    for where, name in sorted(within[target][a].get(b, ())):
                        problems.append(f"    {a}/{where} -> {b}: {name}")

    package = (SOURCES.parent / "Package.swift").read_text()
    for target, names in re.findall(r'(?:module\("(\w+)",\s*\[(.*?)\]\))', package, re.S):
        declared = set(re.findall(r'"(\w+)"', names)) & set(targets)
        used = set(between[target])
        if used - declared:
            problems.append(f"{target} imports what Package.swift does not grant it: " + ", ".join(sorted(used - declared)))
        if declared - used:
            problems.append(f"Package.swift grants {target} what it does not import: " + ", ".join(sorted(declared - used)))

    for path in sorted(path for path in SOURCES.rglob("*") if path.suffix in {".swift", ".cpp", ".h"}):
        where = str(path.relative_to(SOURCES))
        if where not in READERS and ENVIRONMENT.search(code_of(path.read_text())):
            problems.append(f"{where} reads the environment; Torch/Environment.swift is the place for that")

    lines = collections.Counter()
    for file in files:
        lines[file.target] += file.lines
    total = sum(lines.values())
    for target, count in lines.most_common():
        if count > WIDEST * total:
            problems.append(f"{target} holds {100 * count / total:.1f} % of the lines, more than {100 * WIDEST:.0f} %: split it")

    if "--graph" in sys.argv:
        for target, count in lines.most_common():
            print(f"{target:12} {count:6} lines {100 * count / total:5.1f} %  -> {' '.join(sorted(between[target]))}")
            for folder in sorted(within[target]):
                print(f"{'':14}{folder} -> {' '.join(sorted(within[target][folder]))}")
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(1)
    widest, count = lines.most_common(1)[0]
    print(f"{len(files)} files, {len(targets)} targets, no circle; the widest is {widest} with {100 * count / total:.1f} % of {total} lines")


main()
