"""Cross-compile the scorer with Zig, and check what each build exports and needs (`make cross`).

Only the compiler is run: whether a build works, its own system must show. The headers are those of
the Python that runs this script, which must be one for 64-bit Linux or macOS: what the scorer needs
of `pyconfig.h` is alike in these. For Windows, a short one and an import library are made.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "build" / "cross"
DLL = f"python{sys.version_info.major}{sys.version_info.minor}.dll"

PATIENCE = 900  # seconds: once in six runs, Zig waited without end for what nobody knows

# Targets of `zig cc`. Windows comes last: it is linked to the names that the others need.
GLIBC = (2, 17)
TARGETS = [
    "x86_64-linux-gnu.2.17",
    "aarch64-linux-gnu.2.17",
    "x86_64-linux-musl",
    "aarch64-linux-musl",
    "x86_64-macos",
    "aarch64-macos",
    "x86_64-windows-gnu",
]

DYNAMIC = ["-Wl,-undefined,dynamic_lookup"]

# What differs in a Python for 64-bit Windows, as far as its headers ask.
WINDOWS_CONFIG = """\
#define MS_WINDOWS
#define MS_WIN64
#define NT_THREADS
#define Py_ENABLE_SHARED 1
#define HAVE_DECLSPEC_DLL 1
#define HAVE_SSIZE_T 1
#define SIZEOF_SHORT 2
#define SIZEOF_INT 4
#define SIZEOF_LONG 4
#define SIZEOF_LONG_LONG 8
#define SIZEOF_VOID_P 8
#define SIZEOF_SIZE_T 8
#define SIZEOF_TIME_T 8
#define SIZEOF_WCHAR_T 2
"""

# The functions of C that the scorer may call, and what Apple's linker adds.
FUNCTIONS = {
    *("calloc", "free", "malloc", "realloc"),
    *("bcmp", "bzero", "memchr", "memcmp", "memcpy", "memmove", "memset"),
    *("strchr", "strcmp", "strlen"),
    *("exp", "floor", "log", "sqrt"),
}
LINKERS_OWN = {"_mh_dylib_header", "__dso_handle", "dyld_stub_binder"}
LIBRARIES = ("libc.so", "libm.so.6", "libSystem.B.dylib", "KERNEL32.dll", "api-ms-win-crt-", DLL)


def zig(*arguments: str | Path) -> None:
    """Run Zig; of a fault it says itself what it is."""
    command = [sys.executable, "-m", "ziglang", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=PATIENCE)


def compile_scorer(target: str, include: Path, *options: str | Path) -> Path:
    """Compile and link the scorer; a warning is an error."""
    path = OUTPUT / f"{target}.{'pyd' if 'windows' in target else 'so'}"
    source = ROOT / "stance" / "scoring" / "c" / "module.c"
    strict = ["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Wvla", "-Werror"]
    build = ["-target", target, "-shared", "-fPIC", "-O3", "-DNDEBUG", *strict]
    zig("cc", *build, "-isystem", include, source, *options, "-o", path)
    return path


def compile_for_windows(target: str, include: Path, names: set[str]) -> Path:
    """Compile and link with an import library of `names`, which the interpreter has."""
    headers = OUTPUT / "windows-headers"
    shutil.copytree(include, headers, dirs_exist_ok=True)
    (headers / "pyconfig.h").write_text(WINDOWS_CONFIG)
    definition, library = OUTPUT / "python.def", OUTPUT / "python.lib"
    definition.write_text("\n".join([f"LIBRARY {DLL}", "EXPORTS", *sorted(names)]) + "\n")
    zig("dlltool", "-m", "i386:x86-64", "-d", definition, "-l", library)
    return compile_scorer(target, headers, library)


@dataclass
class Names:
    """What a build exports, which names it needs, and from which libraries."""

    exported: set[str]
    needed: set[str]
    libraries: list[str]
    glibc: tuple[int, ...] = ()  # the newest that it asks for


def read_names(path: Path) -> Names:
    import lief  # which `make cross` installs, and nothing else needs

    lief.logging.disable()
    build = lief.parse(path)
    if isinstance(build, lief.ELF.Binary):
        names: dict[bool, set[str]] = {True: set(), False: set()}
        for symbol in build.dynamic_symbols:
            names[bool(symbol.shndx)].add(str(symbol.name))
        versions = [
            tuple(map(int, str(version.name).removeprefix("GLIBC_").split(".")))
            for library in build.symbols_version_requirement
            for version in library.get_auxiliary_symbols()
        ]
        libraries = list(map(str, build.libraries))
        return Names(names[True], names[False] - {""}, libraries, max(versions, default=()))
    if isinstance(build, lief.MachO.Binary):  # where each name of C begins with an underscore
        return Names(
            {str(symbol.name)[1:] for symbol in build.exported_symbols} - LINKERS_OWN,
            {str(symbol.name).removeprefix("_") for symbol in build.imported_symbols} - LINKERS_OWN,
            [str(library.name) for library in build.libraries if library.name != str(path)],
        )
    return Names(
        {str(entry.name) for entry in build.get_export().entries},
        {str(e.name) for library in build.imports if library.name == DLL for e in library.entries},
        [str(library.name) for library in build.imports],
    )


def faults(names: Names) -> Iterator[str]:
    if names.exported != {"PyInit__scorer"}:
        yield f"must export PyInit__scorer alone; exports {sorted(names.exported)}"
    for name in sorted(names.needed):
        if not name.startswith(("Py", "_Py")) and plain(name) not in FUNCTIONS:
            yield f"must need Python and the usual functions of C; needs {name}"
    for library in names.libraries:
        if not Path(library).name.startswith(LIBRARIES):
            yield f"must need the libraries of Python and C; needs {library}"
    if names.glibc > GLIBC:
        yield f"must run with glibc {GLIBC}; needs {names.glibc}"


def plain(name: str) -> str:
    """Return the name of a C function, also of the variant that compilers put in its place."""
    return name.strip("_").removesuffix("_chk")


def main() -> int:
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    include = Path(sysconfig.get_path("include"))
    python_names: set[str] = set()
    n_faults = 0
    for target in TARGETS:
        if "windows" in target:
            path = compile_for_windows(target, include, python_names)
        else:  # the interpreter that loads the extension has the names of Python
            path = compile_scorer(target, include, *DYNAMIC * ("macos" in target))
        names = read_names(path)
        from_python = {name for name in names.needed if name.startswith(("Py", "_Py"))}
        python_names |= from_python
        target_faults = list(faults(names))
        n_faults += len(target_faults)
        glibc = ".".join(map(str, names.glibc)) or "none"
        print(
            f"{target}: {path.stat().st_size:,} bytes; {len(from_python)} names from Python and "
            f"{len(names.needed - from_python)} from C; glibc: {glibc}"
        )
        for fault in target_faults:
            print(f"  {fault}.")
    return 1 if n_faults else 0


if __name__ == "__main__":
    sys.exit(main())
