"""Writes what the package takes from C, so that no list stands twice.

    python3 python/generate.py BUILD CC FOLDER

_generated.py has the version, what the headers declare (tools/declarations), and the programs' presets; _ops.py a
method for each builder call of a graph, with its types, and the header's comment as its text.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import cffi

SOURCE = Path("src")
# What a header calls {0} or leaves to the caller, where Python has a usual value.
USUAL = {"activation": '"none"', "padding": "0"}
PLAIN = {"size_t": "int", "unsigned int": "int", "int": "int", "int32_t": "int", "uint64_t": "int", "double": "float",
         "_Bool": "bool"}
# Structs that Python hands out as tuples with names; one before those that it is a member of.
RECORDS = ("pmy_step_report", "pmy_score", "pmy_epoch_report", "pmy_check")
ZERO = {"int": "0", "float": "0", "bool": "False"}


def declarations(build, compiler, *headers):
    """What the headers declare, as cffi reads it: without functions of a variable number of arguments."""
    text = subprocess.run(["tools/declarations", str(SOURCE), f"{build}/gen", *headers], check=True, text=True,
                          stdout=subprocess.PIPE, env={**os.environ, "CC": compiler}).stdout
    return re.sub(r"\s+\n", "\n", text)


def comments():
    """The comment before each function that the headers declare."""
    found = {}
    pattern = re.compile(r"/\*((?:[^*]|\*(?!/))*)\*/\s*pmy_node \*(pmy_\w+)\(pmy_graph \*")
    for header in SOURCE.rglob("*.h"):
        for text, name in pattern.findall(header.read_text()):
            found[name] = re.sub(r"\n ?\* ?", "\n", text).strip()
    return found


def formulas(ffi, build):
    """What each op of the list computes, in a line."""
    library = ffi.dlopen(f"{build}/libpmy.so")
    found, i = {}, 0
    while library.pmy_ops[i]:
        op = library.pmy_ops[i]
        found["pmy_" + ffi.string(op.name).decode()] = ffi.string(op.checks.formula).decode()
        i += 1
    return found


def words_of(enum):
    """The words that stand for an enumeration's members."""
    return [name.removeprefix("PMY_").lower() for _, name in sorted(enum.elements.items())]


def alias_of(enum):
    """What the type of these words is called."""
    return enum.cname.removeprefix("pmy_").capitalize()


class Parameters:
    """How a builder call's parameters stand in Python: in the signature, and as passed on."""

    def __init__(self, comment):
        self.comment, self.signature, self.passed = comment, [], []

    def may_be_null(self, name, names):
        """Whether the comment says so of the parameter: NULL is said of the one named last before it."""
        for place in re.finditer("NULL", self.comment):
            named = [m.group() for m in re.finditer("|".join(rf"\b{n}\b" for n in names),
                                                    self.comment[:place.start()], re.IGNORECASE)]
            if named and named[-1].lower() == name:
                return True
        return False

    def add(self, name, kind, usual=None):
        usual = USUAL.get(name, usual)
        self.signature.append(f"{name}: {kind}" + (f" = {usual}" if usual is not None else ""))

    def annotation(self, kind):
        """The type in Python of a member or parameter of a plain type; None: it is not one of these."""
        return alias_of(kind) if kind.kind == "enum" else PLAIN.get(kind.cname)

    def take_struct(self, struct, with_zeros):
        """Each member as a keyword of its own."""
        parts = []
        for name, field in struct.fields:
            kind, usual = self.annotation(field.type), None
            if kind and with_zeros:
                usual = ZERO.get(kind, f'"{words_of(field.type)[0]}"' if field.type.kind == "enum" else None)
            elif field.type.cname == "pmy_node *":
                kind, usual = "Node | None", "None"
            elif not kind:
                kind, usual = "npt.ArrayLike | None", "None"
            self.add(name, kind, usual)
            parts.append(f'"{name}": {name}')
        self.passed.append("{" + ", ".join(parts) + "}")

    def take(self, name, kind, names):
        """False: this parameter has no form in Python."""
        plain = self.annotation(kind)
        if plain:
            self.add(name, plain)
            self.passed.append(name)
        elif kind.cname == "pmy_shape":
            self.add(name, "Sequence[int]")
            self.passed.append(name)
        elif kind.kind == "struct":
            self.take_struct(kind, False)
        elif kind.cname == "pmy_node *":
            null = self.may_be_null(name, names)
            self.add(name, "Node | None" if null else "Node")
            self.passed.append(f"NONE if {name} is None else {name}" if null else name)
        elif kind.cname == "char *":
            self.add(name, "str")
            self.passed.append(name)
        elif kind.cname == "pmy_node * *":
            self.signature[-1] = f'{name}: Sequence[Node]'
            self.passed[-1:] = [f"len({name})", name]
        elif kind.cname.endswith("_options *"):
            self.signature.append("*")
            self.take_struct(kind.item, True)
        else:
            return False
        return True


def method(ffi, name, rest, comment):
    """The text of the method for a builder call with the `rest` of its parameters after the graph; "" where it takes
    what Python does not have."""
    parameters = Parameters(comment)
    names = [re.search(r"(\w+)\s*(\[\w*\])?$", word).group(1) for word in rest.split(",")]
    kinds = ffi.typeof(f"pmy_node *(*)(pmy_graph *, {rest})").args[1:]
    pointers = [n for n, k in zip(names, kinds) if k.kind == "pointer"]
    if not all(parameters.take(n, k, pointers) for n, k in zip(names, kinds)):
        return ""
    short = name.removeprefix("pmy_")
    text = comment.replace("\\", "\\\\").replace("\n", "\n        ")
    return (f'    def {short}(self, {", ".join(parameters.signature)}) -> Node:\n'
            f'        """{text}"""\n'
            f'        return self._record("{short}", {", ".join(parameters.passed)})\n')


def ops(ffi, text, build):
    """A class with a method for each call that appends a node to a graph."""
    said, formula = comments(), formulas(ffi, build)
    inside = (SOURCE / "tensor/op.h").read_text()
    enums = [ffi.typeof(name) for name in ("pmy_activation", "pmy_reduction", "pmy_start")]
    methods = []
    for name, rest in re.findall(r"(?:^|;)\s*pmy_node \*(pmy_\w+)\(pmy_graph \*graph, ([^;]*)\)(?=;)", text,
                                 re.MULTILINE):
        if f"*{name}(" in inside or "..." in rest:
            continue
        words = "\n\n".join(filter(None, (formula.get(name), said.get(name))))
        methods.append(method(ffi, name, rest, words))
    return ('"""The builder calls of a graph, made from the headers by generate.py."""\n\n'
            "from __future__ import annotations\n\n"
            "from collections.abc import Sequence\n"
            "from typing import TYPE_CHECKING, Any, Literal\n\n"
            "from ._convert import NONE\n\n"
            "if TYPE_CHECKING:\n    import numpy.typing as npt\n\n    from .graph import Node\n\n"
            + "".join(f"{alias_of(e)} = Literal[{', '.join(map(repr, words_of(e)))}]\n" for e in enums) + "\n\n"
            'class Ops:\n    """Each appends a node to the graph and returns it."""\n\n'
            '    def _record(self, name: str, *arguments: Any) -> Node:\n        raise NotImplementedError\n\n'
            + "\n".join(filter(None, methods)))


def records(ffi):
    """A class for each of the structs that are handed out."""
    plain = {**PLAIN, "float": "float", "pmy_shape": "tuple[int, ...]"}
    text = '"""What C hands out, made from the headers by generate.py."""\n\n' \
           "from __future__ import annotations\n\nfrom dataclasses import dataclass\n\n" \
           "from ._measures import Measures\n"
    for struct in RECORDS:
        base = "(Measures)" if struct == "pmy_score" else ""
        text += f"\n\n@dataclass(frozen=True)\nclass {record_name(struct)}{base}:\n"
        for name, field in ffi.typeof(struct).fields:
            kind = field.type
            if kind.kind == "enum" or (kind.kind == "array" and kind.item.cname == "char"):
                annotation = "str"
            else:
                annotation = plain.get(kind.cname) or record_name(kind.cname)
            text += f"    {name}: {annotation}\n"
    return text


def record_name(struct):
    """pmy_step_report is StepReport."""
    return "".join(word.capitalize() for word in struct.removeprefix("pmy_").split("_"))


def recipe(ffi, build):
    """The fields of a recipe as keywords."""
    library = ffi.dlopen(f"{build}/libpmy.so")
    kinds = {library.PMY_RECIPE_COUNT: "int", library.PMY_RECIPE_SEED: "int", library.PMY_RECIPE_FLAG: "bool",
             library.PMY_RECIPE_DOUBLE: "float", library.PMY_RECIPE_REAL: "float"}
    fields, words_said, i = [], [], 0
    while field := library.pmy_recipe_field_at(library.PMY_RECIPE_OF_PICTURES, i):
        i += 1
        words = []
        while word := library.pmy_recipe_word(field.type, len(words)):
            words.append(ffi.string(word).decode())
        name = ffi.string(field.option or field.key).decode().replace("-", "_").replace(" ", "_")
        if name == "net":
            continue
        kind = f"Literal{words!r}" if words else kinds.get(field.type, "str")
        fields.append(f"    {name}: {kind}\n")
        words_said.append(f"    {name}: {ffi.string(field.help).decode() if field.help else kind}\n")
    return ('"""The fields of a recipe, made from its table by generate.py."""\n\n'
            "from __future__ import annotations\n\nfrom typing import Literal, TypedDict\n\n\n"
            "class Recipe(TypedDict, total=False):\n"
            f'    """What a training run is, but for its net and data.\n\n{"".join(words_said)}    """\n\n'
            + "".join(fields))


def presets(build):
    """The presets' nets and options, and what every run begins with (tools/list_presets.c)."""
    found = {}
    for line in subprocess.run([f"{build}/list_presets"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.splitlines():
        name, *words = line.split("\t")
        options = {key.lstrip("-").replace("-", "_"): value for key, value in zip(words[::2], words[1::2])}
        found[name] = options
    return found


def main():
    build, compiler, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    text = declarations(build, compiler, "pmy.h")
    whole = declarations(build, compiler, "pmy.h", "gradcheck/gradcheck.h", "pmy64/pmy.h",
                         "pmy64/gradcheck/gradcheck.h")
    if not whole.startswith(text):
        raise SystemExit("generate.py: the declarations of pmy.h do not come first")
    ffi = cffi.FFI()
    ffi.cdef(text)
    version = ffi.string(ffi.dlopen(f"{build}/libpmy.so").pmy_version()).decode()
    (folder / "_generated.py").write_text(
        '"""Made from the headers and programs by generate.py."""\n\n'
        f'VERSION = "{version}"\n'
        f"PRESETS: dict[str, dict[str, str]] = {presets(build)!r}\n"
        f'DECLARATIONS = """{text}"""\n'
        f'DOUBLE_DECLARATIONS = """{whole[len(text):]}"""\n')
    (folder / "_ops.py").write_text(ops(ffi, text, build))
    (folder / "_recipe.py").write_text(recipe(ffi, build))
    ffi.cdef(whole[len(text):])
    (folder / "_records.py").write_text(records(ffi))


main()
