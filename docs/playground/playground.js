// The playground's page. Python runs in a worker, which can be ended. What a program makes is shown as a picture, in a
// frame that cannot reach this page, or as text; a program that came with a link runs only after a click.
import { EXAMPLES } from "./examples.js";

const by = id => document.getElementById(id);
const TABS = ["picture", "sliders", "steps", "formulas", "grade"];
let worker, waiting = new Map(), count = 0, tab = "picture", ran = false, again = false, ready;

// --- The worker

function start() {
  worker = new Worker("worker.mjs", { type: "module" });
  waiting = new Map();
  worker.onmessage = ({ data }) => { waiting.get(data.id)?.(data); waiting.delete(data.id); };
  worker.onerror = event => say("Python did not start: " + (event.message || "is this folder served whole?"));
  say("loading Python…");
  busy(true);
  ready = ask("ready").then(told => {
    busy(false);
    say(told.error ? "Python did not start: " + told.error : "ready");
    document.body.dataset.ready = String(Math.round(told.ms));
    resume();
  });
  return ready;
}
function ask(what, given = {}) {
  return new Promise(answer => {
    const id = ++count;
    waiting.set(id, answer);
    worker.postMessage({ id, what, given });
  });
}
function say(text) { by("state").textContent = text; }
function busy(is) {
  by("run").disabled = by("grade").disabled = by("accept").disabled = is;
  by("stop").disabled = !is;
}
async function work(what, given, done) {
  if (by("run").disabled) { again ||= what === "run"; return; }
  const mine = worker;
  busy(true);
  say("working…");
  const told = await ask(what, given);
  if (mine !== worker) return; // it was stopped
  busy(false);
  say(`ready (${Math.round(told.ms)} ms)`);
  done(told);
  resume();
}
function resume() { // what was to be run while the worker was busy; never a link's program that nobody has accepted
  if (!again || by("run").disabled) return;
  again = false;
  if (by("asked").hidden) run();
}

// --- Showing

function show(...nodes) { by("result").replaceChildren(...nodes); }
function element(name, text, more = {}) {
  const made = Object.assign(document.createElement(name), more);
  if (text !== undefined) made.textContent = text;
  return made;
}
const MATH = new Set("math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mstyle mpadded mphantom".split(" "));
const KEPT = new Set("display displaystyle mathvariant stretchy linethickness columnalign width accent".split(" "));
function mathOf(text) { // MathML made anew, of known elements and attributes only
  const copy = from => {
    if (from.nodeType === Node.TEXT_NODE) return document.createTextNode(from.data);
    if (from.nodeType !== Node.ELEMENT_NODE || !MATH.has(from.localName)) return document.createTextNode("");
    const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", from.localName);
    for (const { name, value } of from.attributes) if (KEPT.has(name)) made.setAttribute(name, value);
    made.append(...[...from.childNodes].map(copy));
    return made;
  };
  const parsed = new DOMParser().parseFromString(text, "text/html").querySelector("math");
  if (!parsed) return document.createTextNode("");
  const made = copy(parsed);
  made.setAttribute("displaystyle", "true");
  return made;
}
function framed(html, title) {
  const frame = element("iframe", undefined, { title });
  frame.setAttribute("sandbox", "allow-scripts");
  frame.srcdoc = html;
  return frame;
}
const VIEWS = {
  picture: told => [element("img", undefined, { src: "data:image/svg+xml," + encodeURIComponent(told.svg), alt: told.alt })],
  sliders: told => [framed(told.html, "sliders and gradients")],
  steps: told => [framed(told.html, "the backward sweep, step by step")],
  formulas: told => told.formulas.map(([text, math]) => {
    const line = element("div", undefined, { className: "formula" });
    line.append(mathOf(math), element("code", text));
    return line;
  }),
};
function choose(name) {
  tab = name;
  for (const one of TABS) {
    by("tab-" + one).setAttribute("aria-selected", String(one === name));
    by("tab-" + one).tabIndex = one === name ? 0 : -1;
  }
  by("pane").setAttribute("aria-labelledby", "tab-" + name);
  by("grading").hidden = name !== "grade";
  by("result").hidden = name === "grade";
  if (name !== "grade") look();
}
function look() {
  if (!ran) { show(element("p", "Run a program to see this.")); return; }
  const wanted = tab;
  work(wanted, {}, told => { if (tab === wanted) show(...(told.error ? [element("pre", told.error)] : VIEWS[wanted](told))); });
}
TABS.forEach((name, k) => {
  by("tab-" + name).onclick = () => choose(name);
  by("tab-" + name).onkeydown = event => {
    const to = { ArrowRight: k + 1, ArrowLeft: k - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    const next = TABS[(to + TABS.length) % TABS.length];
    by("tab-" + next).focus();
    choose(next);
  };
});

// --- Running and grading

function run() {
  by("asked").hidden = true;
  by("program").readOnly = false;
  work("run", { program: by("program").value }, told => {
    by("said").textContent = told.said + (told.error ? (told.said ? "\n" : "") + told.error : "");
    ran = !told.error && told.loss;
    if (!told.error && !told.loss && by("program").value.trim()) by("said").textContent += "\nNothing is called loss. Give that name to the Value that you want to look at: loss = ...";
    if (tab !== "grade") look();
  });
}
by("run").onclick = () => { if (by("asked").hidden) run(); };
by("accept").onclick = run;
by("discard").onclick = () => {
  by("asked").hidden = true;
  history.replaceState(null, "", location.pathname);
  pick("an expression");
};
by("program").onkeydown = event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && by("asked").hidden) { event.preventDefault(); run(); }
};
by("stop").onclick = () => {
  worker.terminate();
  ran = again = false;
  by("said").textContent = "stopped: what the program had made is gone. Run it again.";
  start();
};
const WANTED = {
  formula: "Your answer, in LaTeX or text", document: "Your document: Markdown, LaTeX, or a formula a line",
  code: "Your program, in Python",
};
function kindChosen() {
  const kind = by("kind").value;
  by("wanted").textContent = WANTED[kind];
  by("answer").rows = kind === "formula" ? 8 : 18;
  by("of").hidden = by("kind").value !== "code";
}
by("kind").onchange = kindChosen;
by("grade").onclick = () => {
  if (!by("asked").hidden) return;
  work("grade", { kind: by("kind").value, answer: by("answer").value, loss: by("of-loss").value }, told => {
    by("verdict").textContent = told.error || told.verdict;
  });
};

// --- Examples, and sharing by a link: the state stands in the address after the #, which is sent to no server

function fill({ program = "", kind = "formula", answer = "", loss = "" }) {
  by("program").value = program;
  by("kind").value = kind;
  by("answer").value = answer;
  by("of-loss").value = loss;
  kindChosen();
}
function pick(name) {
  fill(EXAMPLES[name]);
  by("said").textContent = by("verdict").textContent = ""; // of the example before
  by("link").hidden = true;
  choose(EXAMPLES[name].kind ? "grade" : "picture");
}
for (const name of Object.keys(EXAMPLES)) by("example").append(element("option", name, { value: name }));
by("example").onchange = event => {
  const name = event.target.value;
  if (!name) return;
  by("asked").hidden = true;
  ran = false;
  pick(name);
  if (EXAMPLES[name].program) ready.then(run);
};
function packed(state) {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  return btoa(Array.from(bytes, b => String.fromCharCode(b)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
function unpacked(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
    const state = JSON.parse(new TextDecoder().decode(bytes));
    const texts = Object.fromEntries(["program", "kind", "answer", "loss"].map(k => [k, typeof state[k] === "string" ? state[k] : ""]));
    if (!["formula", "document", "code"].includes(texts.kind)) texts.kind = "formula";
    return texts;
  } catch {
    return null;
  }
}
by("share").onclick = () => {
  const state = { program: by("program").value, kind: by("kind").value, answer: by("answer").value, loss: by("of-loss").value };
  const address = location.origin + location.pathname + "#" + packed(state);
  by("address").value = address;
  by("link").hidden = false;
  by("address").focus();
  by("address").select();
  navigator.clipboard?.writeText(address).catch(() => {});
};
function fromLink() {
  const state = location.hash.length > 1 ? unpacked(location.hash.slice(1)) : null;
  if (!state) return false;
  ran = again = false;
  fill(state);
  choose(state.answer ? "grade" : "picture");
  by("asked").hidden = false;
  return true;
}
addEventListener("hashchange", fromLink);

start();
if (!fromLink()) { pick("an expression"); ready.then(() => { if (by("asked").hidden && by("program").value === EXAMPLES["an expression"].program) run(); }); }
if ("serviceWorker" in navigator) { // works without a network then
  const workers = navigator.serviceWorker;
  workers.register("offline.js").catch(() => {});
  workers.addEventListener("message", event => { if (event.data === "kept") document.body.dataset.kept = ""; });
  Promise.all([workers.ready, ready]).then(([found]) => found.active.postMessage("keep"));
}
