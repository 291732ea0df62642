// Python in a worker: it runs programs, and answers with texts. Once it is ready, nothing here can reach a network.
import { loadPyodide } from "./pyodide/pyodide.mjs";
import { instance } from "./viz/viz.js";

const began = performance.now();
const get = name => fetch(new URL(name, import.meta.url)).then(answer => { if (!answer.ok) throw new Error(name + " is missing"); return answer; });

async function start() {
  const wheels = await get("wheels.json").then(answer => answer.json());
  const [python, viz, source, ...archives] = await Promise.all([
    loadPyodide({ indexURL: new URL("pyodide/", import.meta.url).href }),
    instance(),
    get("session.py").then(answer => answer.text()),
    ...wheels.map(name => get("wheels/" + name).then(answer => answer.arrayBuffer())),
  ]);
  archives.forEach(archive => python.unpackArchive(archive, "wheel"));
  const session = python.toPy({ __name__: "session" });
  python.runPython(source, { globals: session });
  session.get("use")(dot => viz.renderString(dot, { format: "svg", engine: "dot" }));
  for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "Worker", "indexedDB", "caches", "BroadcastChannel"]) {
    Object.defineProperty(globalThis, name, { value: undefined });
  }
  return session.get("answer");
}
const started = start();

onmessage = async ({ data: { id, what, given } }) => {
  let before = performance.now(), told;
  try {
    const answer = await started;
    if (what === "ready") told = { ms: before - before + performance.now() - began };
    else {
      before = performance.now();
      told = JSON.parse(answer(what, JSON.stringify(given)));
      told.ms = performance.now() - before;
    }
  } catch (error) {
    told = { error: String(error.message).trim().split("\n").slice(-1)[0], ms: performance.now() - before };
  }
  postMessage({ id, ...told });
};
