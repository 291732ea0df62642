// node bytecode.mjs OUT: compiles the Python of a built playground, by the Python that will run it.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const out = resolve(process.argv[2]);
const read = name => new Uint8Array(readFileSync(resolve(out, name)));
const text = name => readFileSync(name, "utf8");
const { loadPyodide } = await import(pathToFileURL(resolve(out, "pyodide/pyodide.mjs")));
const python = await loadPyodide({ indexURL: resolve(out, "pyodide") + "/" });
const extractDir = python.runPython("import site; site.getsitepackages()[0]");
for (const name of JSON.parse(text(resolve(out, "wheels.json")))) {
  python.unpackArchive(read("wheels/" + name), "wheel", { extractDir });
}

// What the playground imports at its start and for its first answers.
const session = python.toPy({ __name__: "session" });
python.runPython(text(resolve(out, "session.py")), { globals: session });
session.get("use")(() => "<svg></svg>"); // nothing is drawn here
const warm = session.get("warm");
for (let k = 0; warm(k); k++);

python.mountNodeFS("/out", out);
python.runPython(text(new URL("bytecode.py", import.meta.url)));
python.globals.get("beside_wheels")("/out", extractDir);
python.globals.get("in_place")("/out/pyodide/python_stdlib.zip");
