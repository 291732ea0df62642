// Python in a worker: it runs programs, and answers with texts. Once it is ready, nothing here can reach a network.
import { loadPyodide } from "./pyodide/pyodide.mjs";
import { instance } from "./viz/viz.js";

const began = performance.now();
const get = name => fetch(new URL(name, import.meta.url)).then(answer => { if (!answer.ok) throw new Error(name + " is missing"); return answer; });

async function start() {
  const bytes = name => get(name).then(answer => answer.arrayBuffer());
  const [python, viz, source, bytecode, archives] = await Promise.all([
    loadPyodide({ indexURL: new URL("pyodide/", import.meta.url).href }),
    instance(),
    get("session.py").then(answer => answer.text()),
    bytes("bytecode.zip"),
    get("wheels.json").then(answer => answer.json()).then(names => Promise.all(names.map(name => bytes("wheels/" + name)))),
  ]);
  const extractDir = python.runPython("import site; site.getsitepackages()[0]");
  archives.forEach(archive => python.unpackArchive(archive, "wheel", { extractDir }));
  python.unpackArchive(bytecode, "zip", { extractDir });
  const session = python.toPy({ __name__: "session" });
  python.runPython(source, { globals: session });
  session.get("use")(dot => viz.renderString(dot, { format: "svg", engine: "dot" }));
  for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "Worker", "indexedDB", "caches", "BroadcastChannel"]) {
    Object.defineProperty(globalThis, name, { value: undefined });
  }
  return { answer: session.get("answer"), warm: session.get("warm") };
}
const started = start();

// While nobody asks for anything, what first answers need is imported, a piece at a time.
const QUIET = 200; // milliseconds
let pieces = 0, more = true, timer = null;
function rest() {
  clearTimeout(timer);
  if (more) timer = setTimeout(async () => {
    const { warm } = await started;
    try { more = warm(pieces++); } catch { more = false; } // an answer will say what is wrong
    rest();
  }, pieces ? 20 : QUIET);
}

onmessage = async ({ data: { id, what, given } }) => {
  clearTimeout(timer);
  const before = performance.now();
  let told;
  try {
    const { answer } = await started;
    if (what === "ready") told = { ms: performance.now() - began };
    else {
      told = JSON.parse(answer(what, JSON.stringify(given)));
      told.ms = performance.now() - before;
    }
  } catch (error) {
    told = { error: String(error.message).trim().split("\n").slice(-1)[0], ms: performance.now() - before };
  }
  postMessage({ id, ...told });
  rest();
};
