// Runs tests in Pyodide's CPython: node tests/pyodide/run.mjs FOLDER, where FOLDER holds node_modules and site.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2]);
const { loadPyodide } = await import(pathToFileURL(join(folder, "node_modules/pyodide/pyodide.mjs")).href);
const python = await loadPyodide({ stdout: console.log, stderr: console.error });
for (const [place, root] of [["/repository", resolve(here, "../..")], ["/site", join(folder, "site")]]) {
  python.FS.mkdir(place);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, place);
}
let status = 1;
try {
  status = python.runPython(readFileSync(join(here, "suite.py"), "utf-8"));
} catch (error) { // a crash of the interpreter, such as a stack that is too small
  console.error(String(error.message).slice(-2000));
}
process.exit(status);
