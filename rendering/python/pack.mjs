// Packs for the page's Python: what a page never needs is left out, and modules are compiled by
// the very Python that will run them. Called by packs.py:
//
//   node pack.mjs FOLDER OUT FILE ROOT KIND
//
// repacks FILE, a zip file or a wheel, into OUT. ROOT is where its modules will lie, KIND says what
// stays: "nnlib" keeps the sources, too, to be looked at; the others keep bytecode only.
// FOLDER holds Pyodide and a lock file that names no package: none is fetched from anywhere.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, out, file, root, kind] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(folder, "pyodide.mjs")).href);
// Who has no source can be shown no column of it, so the bytecode holds lines alone.
const env = kind === "nnlib" ? {} : { PYTHONNODEBUGRANGES: "1" };
const python = await loadPyodide({ indexURL: folder, env });
python.FS.writeFile("/in.zip", fs.readFileSync(file));
python.globals.set("root", root);
python.globals.set("kind", kind);
python.runPython(`
import ast
import importlib._bootstrap_external as bootstrap
import importlib.util, json, re, sys, zipfile

TESTS = r"(^|.*/)(tests?|conftest)(/|\\.py$)"
SOURCES = r".*\\.(pyi|h|hpp|a|ini|inc|src|pxd|pyx|tp|in|build|c|cpp|f)$"
INFO = r".*\\.dist-info/"
LEFT_OUT = {
    "nnlib": r"$.",
    "widgets": rf"{TESTS}|{SOURCES}|{INFO}|traitlets/(config|tests)/",
    # No pictures, and of SciPy nothing that neither scikit-learn nor the book imports.
    "sklearn": rf"{TESTS}|{SOURCES}|{INFO}|sklearn/datasets/images/|"
    r"scipy/(misc|datasets|odr|fftpack|signal)/|joblib/test|scipy/stats/_sobol.*npz|"
    r"scipy/special/_(precompute/|add_newdocs)|.*/_(test_\\w+|cytest|tstutils|mptestutils|fmm_core)\\.|"
    r"multiprocessing/(dummy/|popen_(?!fork))|.*_win(32|_|d)",
    # Fonts: the default ones, and what formulas fall back on; fontlist.json names those that stay.
    "matplotlib": rf"{TESTS}|{SOURCES}|{INFO}|"
    r"matplotlib/mpl-data/(sample_data|images|fonts/(afm|pdfcorefonts)|fonts/ttf/(DejaVu(Serif|SansMono-|Sans-BoldO)|STIX(GeneralB|GeneralI|NonUni\\w)))|"
    r"matplotlib/(testing|sphinxext)/|.*/backend_(cairo|gtk|macosx|nbagg|pdf|pgf|ps|qt|tk|web|wx)|"
    r"matplotlib/_ttconv|PIL/_(webp|imagingft|imagingcms|imagingmath|imagingmorph|imagingtk)\\.|"
    r"dateutil/zoneinfo/.*gz|packaging/licenses/|mpl_toolkits/axisartist/|.*\\.orig$",
    # NumPy does not import without _multiarray_tests.
    "numpy": r"(^|.*/)tests?/|.*\\.(pyi|h|a|ini|inc|src|pxd|pyx|in|toml|txt|md|dist-info)$|"
    r"numpy/(f2py|distutils|doc|_pyinstaller|core/include|random/_examples)|"
    r".*_(rational_tests|umath_tests|struct_ufunc_tests|operand_flag_tests|simd)\\b",
    "stdlib": r"pydoc_data|lib2to3|turtle|turtledemo|tkinter|idlelib|ensurepip|distutils|"
    r"unittest/(mock|async_case)|xmlrpc|wsgiref|mailbox|nntplib|imaplib|smtplib|ftplib|telnetlib|poplib|doctest|pdb|curses|"
    r"dbm|sqlite3|cgi|aifc|sunau|wave|chunk|imghdr|sndhdr|xdrlib|msilib|nturl2path|webbrowser|"
    r"antigravity|this|venv|pydoc|optparse|plistlib|modulefinder|trace\\.|pstats|cProfile|bdb|pickletools|asyncio/windows|multiprocessing|xml/sax|http/server|socketserver|"
    r"encodings/(cp(?!1252|437)|mac_|iso|big5|euc|gb|hz|johab|koi|kz|ptcp|shift|tis|palmos|hp_)",
}[kind]


def undocumented(source):
    # Docstrings empty instead of absent: NumPy writes into its own.
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body[0].value.value = ""
    return tree


def compiled(source, name):
    # Most keep no docstrings, as under -OO: a fifth of the weight.
    level = 0 if kind in ("numpy", "nnlib") else 2
    given = source
    if kind == "numpy":
        given = undocumented(b"" if re.search("/_add_newdocs(_scalars)?[.]py$", name) else source)
    code = compile(given, name, "exec", dont_inherit=True, optimize=level)
    digest = importlib.util.source_hash(source)
    return bootstrap._code_to_hash_pyc(code, digest, False)


def put(name, data):
    out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)


def fonts(data, names, source):
    # The list comes with the number of another version: matplotlib would look for all fonts anew.
    version = int(re.search(rb"__version__ = (\\d+)", source)[1])
    listed = json.loads(data)
    kept = {name.rpartition("/")[2] for name in names}
    stay = [font for font in listed["ttflist"] if font["fname"].rpartition("/")[2] in kept]
    return json.dumps({**listed, "_version": version, "ttflist": stay, "afmlist": []}).encode()


with zipfile.ZipFile("/in.zip") as given, zipfile.ZipFile("/out.zip", "w") as out:
    names = [name for name in given.namelist() if not (name.endswith("/") or re.match(LEFT_OUT, name))]
    # Kinds of files beside their like: so they compress better.
    for name in sorted(names, key=lambda n: (n.rpartition(".")[2], n)):
        data = given.read(name)
        if name == "matplotlib/fontlist.json":
            data = fonts(data, names, given.read("matplotlib/font_manager.py"))
        if not name.endswith(".py"):
            put(name, data)
            continue
        if kind == "nnlib":
            put(name, data)
            place, _, module = name.rpartition("/")
            target = f"{place}/__pycache__/{module[:-3]}.{sys.implementation.cache_tag}.pyc"
        else:
            target = name + "c"
        put(target, compiled(data, f"{root}/{name}"))
`);
fs.writeFileSync(out, python.FS.readFile("/out.zip"));
process.exit(0);
