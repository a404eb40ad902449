#!/usr/bin/env python3
"""Checks the order of imports: .ci/imports.py [-v]

A file imports only from its own layer and from those above it in the list of DESIGN.md, section "Layers". No files import each
other in a circle; -v shows who imports whom. A path is followed through re-exports to the file that defines the item. Test
code is exempt. Calls of methods need no import and are not seen.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent
LAYERS = re.search(r"## Layers\n.*?```text\n(.*?)```", (ROOT / "DESIGN.md").read_text(), re.S)[1].splitlines()
LAYERS = [line.split("   ")[0].split() for line in LAYERS] + [["lib", "_documentation", "cookbook"]]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
SRC = ROOT / "src"


def code_of(text):
    """The text without comments, strings and items under #[cfg(test)]."""
    text = re.sub(r'//[^\n]*|/\*.*?\*/|r#".*?"#|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\\\'])\'', " ", text, flags=re.S)
    while found := re.search(r"#\[cfg\((?:test|doctest)\)\]", text):
        end, depth = found.end(), 0
        while depth > 0 or text[end] not in ";}":
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
            if depth == 0 and text[end - 1] == "}":
                break
        text = text[: found.start()] + text[end + (text[end : end + 1] == ";") :]
    return text


def leaves(tree):
    """The paths of a use tree: a::{b, c::D} gives a::b and a::c::D."""
    head, brace, rest = tree.partition("{")
    if not brace:
        path, _, alias = tree.strip().partition(" as ")
        yield path.strip().removesuffix("::self"), alias.strip() or None
        return
    depth, part = 0, ""
    for letter in rest[: rest.rindex("}")] + ",":
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            if part.strip():
                for path, alias in leaves(part):
                    yield (head.strip() + path).removesuffix("::self"), alias
            part = ""
        else:
            part += letter


class File:
    def __init__(self, path):
        relative = path.relative_to(SRC).with_suffix("")
        self.name = str(relative)
        self.module = tuple(part for part in relative.parts if part not in ("mod", "lib"))
        self.code = code_of(path.read_text())
        self.children = set(re.findall(r"\bmod (\w+)\s*;", self.code))
        self.exports, self.uses = {}, []
        for public, tree in re.findall(r"(\bpub(?:\([^)]*\))?\s+)?\buse\s+([^;]+);", self.code):
            for path, alias in leaves(re.sub(r"\s+", " ", tree)):
                if public:
                    self.exports[alias or path.split("::")[-1]] = path
                else:
                    self.uses.append(path)
        body = re.sub(r"(\bpub(?:\([^)]*\))?\s+)?\buse\s+[^;]+;", " ", self.code)
        # A name that is re-exported and also used here is an import as well.
        self.uses += [path for name, path in self.exports.items() if re.search(rf"\b{name}\b", body)]
        self.uses += [path for path in re.findall(r"(?<![\w:$])((?:\w+::)+\w+)", body) if self.is_local(path)]

    def is_local(self, path):
        first = path.split("::")[0]
        return first in ("crate", "super", "self") or first in self.children


def target(file, path, modules):
    """The file that defines what a path names, or None if the path leaves the crate."""
    module, parts = file.module, path.split("::")
    while parts and parts[0] in ("crate", "super", "self"):
        first = parts.pop(0)
        module = () if first == "crate" else module[:-1] if first == "super" else module
    while parts and module + (parts[0],) in modules:
        module += (parts.pop(0),)
    here = modules.get(module)
    if here is None or (not path.startswith(("crate", "super", "self")) and parts and here is file):
        return None
    export = here.exports.get(parts[0]) if parts else None
    if export and here.is_local(export):
        return target(here, export, modules)
    return here


def circles(edges):
    """The strongly connected components of more than one file (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges[node]):
            if other not in index:
                visit(other)
            low[node] = min(low[node], low[other]) if other in stack else low[node]
        if low[node] == index[node]:
            members = [stack.pop()]
            while members[-1] != node:
                members.append(stack.pop())
            if len(members) > 1:
                found.append(sorted(members))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def main():
    paths = [path for path in sorted(SRC.rglob("*.rs")) if "bin" not in path.relative_to(SRC).parts[0]]
    files = [file for file in map(File, paths) if not re.search(r"/tests\b|/tests_|/battery$", file.name)]
    modules = {file.module: file for file in files}
    edges, wrong = {file.name: set() for file in files}, []
    for file in files:
        for path in file.uses:
            other = target(file, path, modules)
            if other is None or other is file:
                continue
            edges[file.name].add(other.name)
            layer, lower = (one.name.split("/")[0] for one in (file, other))
            if layer != lower and RANK[lower] >= RANK[layer]:
                wrong.append(f"src/{file.name}.rs imports {path}: {lower} is not above {layer}")
    for line in sorted(set(wrong)):
        print(line)
    found = circles(edges)
    for members in sorted(found, key=len, reverse=True):
        print(f"circle of {len(members)} files: {' '.join(members)}")
        if "-v" in sys.argv:
            for member in members:
                print("   ", member, "->", " ".join(sorted(edges[member] & set(members))))
    print(f"{len(files)} files, {len(set(wrong))} imports against the order, {sum(map(len, found))} files in circles")
    return 1 if wrong or found else 0


sys.exit(main())
