// The explorer: it plays steps over a picture that can be zoomed, moved and searched.
//
// S holds the data to play.
// - steps: for each step after the start, its text and the ids of the elements it concerns (from, to, edge).
// - texts: for each text that changes, its element, the text itself (by its id, or by its place counted from the last
//   text of the element), and a list of [step, text]: the text from that step on.
// - strokes: the same for the colour and width of a line.
// - curves: for each element, the numbers of its gradient as [step, number].
// - names: for each element, its name. aliases: further names by which an element can be found.
// - rows: for each element, further values as [name, data, list of [step, text]].
//
// A page may define makeHooks(), which returns two functions: drawn(k) is called for each step shown, and
// history(id) returns the history of an element.
"use strict";
const by = id => document.getElementById(id);
const S = JSON.parse(by("steps").textContent);
const hooks = typeof makeHooks === "function" ? makeHooks() : {};
let k = 0, timer = null, chosen = null;

function latest(list) {
  let low = 0, high = list.length - 1; // finds the last entry whose step is at most k
  while (low < high) { const middle = (low + high + 1) >> 1; if (list[middle][0] <= k) low = middle; else high = middle - 1; }
  return list[low];
}
// Graphviz places texts by the widths of its own fonts, and a browser has other fonts. So each text is centred in its
// box. The middle of the box is read from its points, because a page that is not shown yet, as in a notebook, has no
// layout.
document.querySelectorAll("#picture .node").forEach(g => {
  const frame = g.querySelector("polygon, path");
  if (!frame) return;
  const points = (frame.getAttribute("points") || frame.getAttribute("d")).match(/-?[\d.]+,-?[\d.]+/g) || [];
  const xs = points.map(point => +point.split(",")[0]);
  if (!xs.length) return;
  const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
  g.querySelectorAll("text").forEach(t => { t.setAttribute("text-anchor", "middle"); t.setAttribute("x", middle); });
});
// In the picture, a smaller number has a paler colour, nearer to white. Here it becomes a share of the page's own colour,
// which is right in dark mode, too.
function tint(line, colour) {
  const parts = /^#(..)(..)(..)$/.exec(colour || "");
  if (!parts) return;
  const red = parseInt(parts[1], 16), blue = parseInt(parts[3], 16), neutral = colour === "#5f6570";
  line.classList.add("tinted");
  line.style.setProperty("--ink", neutral ? "var(--frame)" : blue > red ? "var(--positive)" : "var(--negative)");
  line.style.setProperty("--share", neutral ? 1 : Math.min(1, blue > red ? (255 - red) / 224 : (255 - blue) / 208));
}
if (!document.body.classList.contains("live")) { // on a live page, the sliders determine the lines
  document.querySelectorAll("#picture .edge path, #picture .edge polygon").forEach(line => tint(line, line.getAttribute("stroke")));
}
const textsOf = S.texts.map(([id, place, list]) => {
  if (typeof place === "string") return [by(place), list];
  const all = by(id).querySelectorAll("text");
  return [all[all.length - place], list];
});
const linesOf = S.strokes.map(([id, list]) => [by(id).querySelector("path"), list]);
const edges = S.steps.map(s => (s.edge ? by(s.edge) : null));
const shownTexts = textsOf.map(() => null), passed = new Map(); // passed: how many of the steps so far have this line
let marked = [], reached = 0, current = null;

function pass(i, n) { // counts n more passes of a step along its line (1 or -1), and marks the line while there are any
  const line = edges[i];
  if (!line) return;
  passed.set(line, (passed.get(line) || 0) + n);
  line.classList.toggle("done", passed.get(line) > 0);
}

// --- The formula of a step, as MathML: dL/dx <- before + dL/dnode * dnode/dx = numbers = after

function math(name, ...children) {
  const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", name);
  element.append(...children);
  return element;
}
const sign = text => math("mo", text), part = text => math("mrow", sign("\u2202"), math("mi", text));
const quotient = (above, below) => math("mfrac", part(above), part(below));
function figure(text, bracketed) {
  return bracketed && text.startsWith("\u2212") ? math("mrow", sign("("), math("mn", text), sign(")")) : math("mn", text);
}
function formula(node, x, before, adjoint, local, after) {
  const sum = before ? [quotient("L", x), sign("+")] : [], numbers = before ? [figure(before), sign("+")] : [];
  const whole = math("math", quotient("L", x), sign("\u2190"), ...sum, quotient("L", node), sign("\u00b7"),
    quotient(node, x), sign("="), ...numbers, figure(adjoint, before), sign("\u00b7"), figure(local, true), sign("="),
    figure(after));
  whole.setAttribute("display", "inline");
  whole.setAttribute("displaystyle", "true");
  return whole;
}

function mark(element, name) { if (element) { element.classList.add(name); marked.push([element, name]); } }

function show(j) {
  untouched = untouched && !j;
  k = Math.max(0, Math.min(S.steps.length, j));
  by("slider").value = k;
  by("at").textContent = S.unit + " " + k + " of " + S.steps.length;
  by("prev").disabled = k === 0;
  by("next").disabled = k === S.steps.length;
  for (const [element, name] of marked) element.classList.remove(name);
  marked = [];
  textsOf.forEach(([element, list], i) => {
    const text = latest(list)[1];
    if (shownTexts[i] !== text) element.textContent = shownTexts[i] = text;
  });
  for (const [line, list] of linesOf) {
    const [, colour, width] = latest(list);
    line.setAttribute("stroke", colour);
    tint(line, colour);
    line.setAttribute("stroke-width", width);
  }
  if (current) { current.classList.remove("now"); current.classList.toggle("done", passed.get(current) > 0); current = null; }
  while (reached < k) pass(reached++, 1);
  while (reached > k) pass(--reached, -1);
  const s = k ? S.steps[k - 1] : null;
  by("said").textContent = s ? s.text : S.start;
  by("why").replaceChildren(...(s && s.sum ? [formula(...s.sum)] : []));
  if (s && s.from) {
    mark(by(s.from), "from");
    if (s.to && s.to !== s.from) mark(by(s.to), "to");
    current = edges[k - 1];
    if (current) { current.classList.remove("done"); current.classList.add("now"); }
    follow([s.to, s.from].filter(Boolean).map(by));
  }
  if (chosen) tell();
  if (hooks.drawn) hooks.drawn(k);
}

// --- Playing

function play() {
  if (timer) { clearInterval(timer); timer = null; by("play").textContent = "play"; return; }
  if (k === S.steps.length) show(0);
  by("play").textContent = "pause";
  timer = setInterval(() => { if (k === S.steps.length) play(); else show(k + 1); }, S.pace / by("speed").value);
}
by("prev").onclick = () => show(k - 1);
by("next").onclick = () => show(k + 1);
by("play").onclick = play;
by("speed").onchange = () => { if (timer) { play(); play(); } };
by("slider").oninput = e => show(+e.target.value);
document.addEventListener("keydown", e => {
  if (["INPUT", "SELECT"].includes(e.target.tagName) && e.target.id !== "slider") return;
  if (e.target.id === "slider" || e.ctrlKey || e.metaKey || e.altKey) return;
  const does = {
    ArrowRight: () => show(k + 1), ArrowLeft: () => show(k - 1), Home: () => show(0), End: () => show(S.steps.length),
    "+": () => zoom(1 / 1.25), "-": () => zoom(1.25), 0: by("fit").onclick,
  }[e.key];
  if (does) { does(); e.preventDefault(); }
});

// --- Zooming and moving. The viewBox of the picture is its visible part.

const svg = document.querySelector("#picture svg");
let whole = null, seen = null, fitted = true;
const LEAST = innerWidth > 760 ? 0.6 : 0.9; // a smaller scale is not readable, so the view follows the steps instead

function look() { svg.setAttribute("viewBox", seen.join(" ")); }
function scale() { return Math.min(svg.clientWidth / seen[2], svg.clientHeight / seen[3]); }
function fit() { seen = [...whole]; fitted = true; look(); }
// At first, the whole picture is seen if its text can be read. Otherwise the view begins at the box of the first step.
let untouched = true;
function begin() {
  if (!untouched || !svg.clientWidth) return;
  fit();
  const first = S.steps.length && S.steps[0].from ? by(S.steps[0].from)
    : svg.querySelector(".end") || [...svg.querySelectorAll(".node[id^=v]")].sort((a, b) => a.id.slice(1) - b.id.slice(1)).pop();
  if (scale() >= LEAST || !first) return;
  follow([first]);
  if (S.steps.length && !k) by("said").textContent = S.start + " Press fit to see the whole.";
}
function zoom(factor, x, y) {
  if (!svg) return;
  untouched = false;
  const [a, b, w, h] = seen;
  x = x === undefined ? a + w / 2 : x; y = y === undefined ? b + h / 2 : y;
  seen = [x - (x - a) * factor, y - (y - b) * factor, w * factor, h * factor];
  fitted = false;
  look();
}
function boxOf(element) {
  const box = element.getBBox(), m = svg.getScreenCTM().inverse().multiply(element.getScreenCTM());
  const at = (x, y) => new DOMPoint(x, y).matrixTransform(m);
  const p = at(box.x, box.y), q = at(box.x + box.width, box.y + box.height);
  return [Math.min(p.x, q.x), Math.min(p.y, q.y), Math.max(p.x, q.x), Math.max(p.y, q.y)];
}
function follow(elements) {
  if (!svg || !svg.clientWidth || (fitted && scale() >= LEAST)) return;
  if (fitted) { // the text is too small to read, so the view zooms in
    const width = svg.clientWidth / 0.9, height = svg.clientHeight / 0.9;
    const margin = (length, part) => Math.max(0, (length - part) / 2); // a part that is smaller than the view is centred
    seen = [seen[0] - margin(width, seen[2]), seen[1] - margin(height, seen[3]), width, height];
    fitted = false;
  }
  const boxes = elements.map(boxOf);
  const left = Math.min(...boxes.map(b => b[0])), top = Math.min(...boxes.map(b => b[1]));
  const right = Math.max(...boxes.map(b => b[2])), bottom = Math.max(...boxes.map(b => b[3]));
  let [a, b, w, h] = seen;
  const margin = 12;
  if (right - left + 2 * margin > w) { const grow = (right - left + 2 * margin) / w; w *= grow; h *= grow; }
  if (bottom - top + 2 * margin > h) { const grow = (bottom - top + 2 * margin) / h; w *= grow; h *= grow; }
  if (left - margin < a) a = left - margin; else if (right + margin > a + w) a = right + margin - w;
  if (top - margin < b) b = top - margin; else if (bottom + margin > b + h) b = bottom + margin - h;
  seen = [a, b, w, h];
  look();
}
if (svg) {
  const box = svg.viewBox.baseVal;
  whole = box && box.width ? [box.x, box.y, box.width, box.height] : [0, 0, svg.clientWidth || 800, svg.clientHeight || 600];
  svg.removeAttribute("width"); svg.removeAttribute("height");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", "the graph");
  seen = [...whole];
  new ResizeObserver(begin).observe(svg); // a page that is not shown yet, as in a notebook, has no size
  begin();
  const place = e => {
    const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [p.x, p.y];
  };
  svg.addEventListener("wheel", e => { e.preventDefault(); zoom(e.deltaY > 0 ? 1.12 : 1 / 1.12, ...place(e)); }, {passive: false});
  const fingers = new Map();
  svg.addEventListener("pointerdown", e => { fingers.set(e.pointerId, e); });
  svg.addEventListener("pointermove", e => {
    const before = fingers.get(e.pointerId);
    if (!before) return;
    const s = scale();
    untouched = false;
    if (fingers.size === 2) { // two fingers: zoom
      const other = [...fingers.values()].find(f => f.pointerId !== e.pointerId);
      const far = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
      zoom(far(before, other) / far(e, other), ...place(e));
    } else { seen[0] -= (e.clientX - before.clientX) / s; seen[1] -= (e.clientY - before.clientY) / s; fitted = false; look(); }
    fingers.set(e.pointerId, e);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) svg.addEventListener(end, e => fingers.delete(e.pointerId));
}
by("in").onclick = () => zoom(1 / 1.25);
by("out").onclick = () => zoom(1.25);
by("fit").onclick = () => { untouched = false; if (svg) fit(); };

// --- One value: its name, its history and a small chart

const CURVES = S.curves || {}, ROWS = S.rows || {}, MOST = 200;
function history(id) {
  if (hooks.history) return hooks.history(id);
  const mine = S.steps.filter(s => s.from === id || s.to === id).map(s => s.text);
  return mine.length ? mine : ["no step touches it"];
}
function chart(list) {
  const points = list.filter(p => p[1] !== null);
  if (points.length < 2) return "";
  const W = 300, H = 110, L = 44, B = 16, last = Math.max(S.steps.length, 1);
  const ys = points.map(p => p[1]).concat(0), low = Math.min(...ys), high = Math.max(...ys), span = high - low || 1;
  const X = s => L + (W - L - 6) * s / last, Y = v => H - B - (H - B - 8) * (v - low) / span;
  let d = "M" + X(points[0][0]).toFixed(1) + " " + Y(points[0][1]).toFixed(1);
  for (let i = 1; i < points.length; i++) d += "H" + X(points[i][0]).toFixed(1) + "V" + Y(points[i][1]).toFixed(1);
  d += "H" + X(last).toFixed(1);
  const short = v => String(+v.toPrecision(3)).replace("-", "\u2212");
  const what = (S.unit === "frame" ? "\u03b4" : "gradient") + " by " + S.unit, label = what + ", from " + short(low) + " to " + short(high);
  return `<svg viewBox="0 0 ${W} ${H}" role="img" aria-label="${label}">` +
    `<path d="M${L} ${Y(0).toFixed(1)}H${W - 6}" stroke="var(--line)" fill="none" stroke-dasharray="3 3"/>` +
    `<path d="${d}" stroke="var(--positive)" fill="none" stroke-width="2"/>` +
    `<path d="M${X(k).toFixed(1)} 4V${H - B}" stroke="var(--from)" fill="none"/>` +
    `<text x="2" y="14">${short(high)}</text><text x="2" y="${H - B}">${short(low)}</text>` +
    `<text x="${W - 6}" y="14" text-anchor="end">${what}</text>` +
    `<text x="${L}" y="${H - 3}">0</text><text x="${W - 6}" y="${H - 3}" text-anchor="end">${last}</text></svg>`;
}
function tell() {
  const lines = history(chosen).slice(0, MOST), rows = ROWS[chosen] || [];
  const inner = rows.map(([name, data, list]) => name + " = " + data + (list.length ? "   " + latest(list)[1] : ""));
  by("history").textContent = [S.names[chosen], ...inner, ...lines].join("\n");
  by("chart").innerHTML = CURVES[chosen] ? chart(CURVES[chosen]) : "";
}
function choose(g) {
  if (S.names[g.id] === undefined) return;
  document.querySelectorAll(".chosen").forEach(e => e.classList.remove("chosen"));
  g.classList.add("chosen");
  chosen = g.id;
  follow([g]); // if the whole picture is too small to read
  tell();
}
document.querySelectorAll("#picture .node").forEach(g => {
  if (S.names[g.id] === undefined) return;
  g.setAttribute("tabindex", "0");
  g.setAttribute("role", "button");
  g.dataset.name = S.names[g.id]; // a screen reader reads the name that the picture shows
  g.addEventListener("click", () => choose(g));
  g.addEventListener("keydown", e => { if (e.key === "Enter" || e.key === " ") { choose(g); e.preventDefault(); } });
});
const found = new Map(Object.entries(S.names).map(([id, name]) => [name, id]));
for (const [id, rows] of Object.entries(ROWS)) for (const [name] of rows) if (!found.has(name)) found.set(name, id);
for (const [name, id] of Object.entries(S.aliases || {})) if (!found.has(name)) found.set(name, id);
for (const name of found.keys()) { const o = document.createElement("option"); o.value = name; by("all").append(o); }
by("find").addEventListener("change", e => {
  const id = found.get(e.target.value.trim());
  if (id && by(id)) { choose(by(id)); by(id).focus(); if (svg) { fitted = false; follow([by(id)]); } }
});
show(0);
