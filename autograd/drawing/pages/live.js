// A live page: sliders move leaves of the graph. compute(x) is the exported loss: from the numbers of the sliders it
// computes the numbers and the gradients of all nodes, and the local derivatives of all edges. S.live has:
// - at: the numbers of the sliders. inputs: their nodes, or null for a leaf that the loss does not read.
// - texts: for each text of the picture, its element, its place there, a node, and a sign (empty: it shows the data).
// - edges: each as a node and its operand. names: the names of the nodes. root: the node of the loss.
// - lines: for each line of the picture, its element, its edges, and the neurons and weights that read a plain number.
// - inner: for each element, the nodes that it stands for.
function fourDigits(x) { // writes numbers as pictures do; a tie is rounded to even
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  const minus = x < 0 || Object.is(x, -0) ? "\u2212" : "";
  if (x === 0) return minus + "0";
  const [all, power] = Math.abs(x).toExponential(40).split("e");
  const digits = all.replace(".", ""), rest = digits.slice(4), half = "5".padEnd(rest.length, "0");
  let head = +digits.slice(0, 4), e = +power;
  if (rest > half || (rest === half && head % 2)) head++;
  if (head === 10000) { head = 1000; e++; }
  const text = String(head), trimmed = t => t.replace(/\.?0+$/, "");
  if (e < -4 || e >= 4) {
    const size = String(Math.abs(e)).padStart(2, "0");
    return minus + trimmed(text[0] + "." + text.slice(1)) + "e" + (e < 0 ? "-" : "+") + size;
  }
  if (e < 0) return minus + trimmed("0." + "0".repeat(-e - 1) + text);
  return minus + (e === 3 ? text : trimmed(text.slice(0, e + 1) + "." + text.slice(e + 1)));
}
const mostTerms = () => innerWidth > 760 ? 3 : 1; // in a formula; more do not fit on a line

function makeHooks() {
  const L = S.live, at = [...L.at], sliders = [...document.querySelectorAll("#aside input")];
  const outputs = [...document.querySelectorAll("#aside output")];
  let numbers, texts = null, lines = null, explained = L.inputs.find(k => k !== null), waiting = false, asked = null;
  const shows = k => L.names[k] + " = " + fourDigits(numbers[0][k]) + "   \u2202 " + fourDigits(numbers[1][k]);
  const coloured = new Set(); // the texts to which Graphviz gave the colour of their sign
  const readers = new Map(); // for each node, the edges along which its gradient arrives
  L.edges.forEach(([, x], e) => { if (readers.has(x)) readers.get(x).push(e); else readers.set(x, [e]); });

  // --- The formula: the gradient of one value as a sum over its readers, with the present numbers

  function chainRule(x) {
    const name = L.names[x], locals = new Map(); // by reader of x, because w * w reads w twice
    for (const e of readers.get(x) || []) locals.set(L.edges[e][0], (locals.get(L.edges[e][0]) || 0) + (numbers[2][e] || 0));
    const few = [...locals].slice(0, mostTerms()), more = locals.size > few.length ? [sign("+"), sign("\u2026")] : [];
    const joined = parts => parts.flatMap((p, i) => (i ? [sign("+"), ...p] : p));
    const symbols = few.map(([node]) => [quotient("L", L.names[node]), sign("\u00b7"), quotient(L.names[node], name)]);
    const figures = few.map(([node, local], i) => [
      figure(fourDigits(numbers[1][node]), i > 0), sign("\u00b7"), figure(fourDigits(local), true),
    ]);
    const terms = few.length ? [sign("="), ...joined(symbols), ...more, sign("="), ...joined(figures), ...more] : [];
    const whole = math("math", quotient("L", name), ...terms, sign("="), figure(fourDigits(numbers[1][x])));
    whole.setAttribute("displaystyle", "true");
    return whole;
  }

  // --- The lines: the gradient that flows back along each

  function drawLines() {
    const flows = lines.map(([, edges, plain]) => {
      let sum = 0;
      for (const e of edges) sum += numbers[1][L.edges[e][0]] * (numbers[2][e] || 0);
      for (const [s, w, sign] of plain) sum += numbers[1][s] * numbers[0][w] * sign;
      return sum;
    });
    const largest = Math.max(...flows.map(x => (Number.isFinite(x) ? Math.abs(x) : 0)));
    lines.forEach(([paths], i) => {
      const x = flows[i], share = largest && Number.isFinite(x) ? Math.sqrt(Math.abs(x) / largest) : 0;
      const colour = x > 0 ? "var(--positive)" : x < 0 ? "var(--negative)" : "var(--line)";
      for (const path of paths) {
        path.style.stroke = colour;
        if (path.tagName === "polygon") path.style.fill = colour;
        else { path.style.strokeWidth = (0.7 + 3.3 * share).toFixed(2); path.style.strokeOpacity = (0.45 + 0.55 * share).toFixed(2); }
      }
    });
  }

  // --- The plot: a value as a function of one slider, with its tangent, or of two sliders

  const canvas = by("plane"), across = by("across"), up = by("up"), shown = by("shown"), FINE = 48, ROUGH = 24;
  let kept = null; // the painted plane, which stays valid while only its own axes move
  const low = i => +sliders[i].min, high = i => +sliders[i].max;
  function sampled(places, node) {
    const x = [...at];
    for (const [i, share] of places) x[i] = low(i) + share * (high(i) - low(i));
    return compute(x)[0][node];
  }
  function plot(fine) {
    waiting = false;
    const g = canvas.getContext("2d"), W = canvas.width, H = canvas.height, style = getComputedStyle(document.body);
    const ink = name => style.getPropertyValue("--" + name).trim();
    const i = +across.value, node = +shown.value, share = j => (at[j] - low(j)) / (high(j) - low(j));
    g.clearRect(0, 0, W, H);
    let least, most;
    if (up.value === "") {
      const ys = Array.from({length: 161}, (_, n) => sampled([[i, n / 160]], node)), known = ys.filter(Number.isFinite);
      least = Math.min(...known); most = Math.max(...known);
      const Y = y => H - 10 - (H - 20) * (y - least) / (most - least || 1);
      g.lineWidth = 2; g.strokeStyle = ink("positive"); g.beginPath();
      let pen = false;
      ys.forEach((y, n) => { if (!Number.isFinite(y)) pen = false; else { g[pen ? "lineTo" : "moveTo"](n / 160 * W, Y(y)); pen = true; } });
      g.stroke();
      const x = share(i) * W, y = numbers[0][node], k = L.inputs[i];
      if (node === L.root && k !== null) { // the slope of this line is the gradient
        const slope = numbers[1][k] * (high(i) - low(i)) / W;
        g.lineWidth = 1.5; g.strokeStyle = ink("from"); g.setLineDash([6, 4]); g.beginPath();
        g.moveTo(0, Y(y - slope * x)); g.lineTo(W, Y(y + slope * (W - x))); g.stroke(); g.setLineDash([]);
      }
      g.fillStyle = ink("from"); g.beginPath(); g.arc(x, Y(y), 5, 0, 7); g.fill();
    } else {
      const j = +up.value, n = fine ? FINE : ROUGH;
      const key = JSON.stringify([i, j, node, n, at.map((x, m) => (m === i || m === j ? 0 : x)), ink("page")]);
      if (!kept || kept.key !== key) {
        const rows = Array.from({length: n * n}, (_, c) => sampled([[i, (c % n + 0.5) / n], [j, (Math.floor(c / n) + 0.5) / n]], node));
        const known = rows.filter(Number.isFinite);
        kept = {key, n, rows, least: Math.min(...known), most: Math.max(...known)};
      }
      ({least, most} = kept);
      const middle = (least + most) / 2, reach = (most - least) / 2 || 1, above = ink("positive"), below = ink("negative");
      kept.rows.forEach((y, c) => {
        if (!Number.isFinite(y)) return;
        g.globalAlpha = 0.06 + 0.8 * Math.abs(y - middle) / reach;
        g.fillStyle = y > middle ? above : below;
        const X = i => Math.round(i * W / kept.n), Y = i => Math.round(H - i * H / kept.n), a = c % kept.n, b = Math.floor(c / kept.n);
        g.fillRect(X(a), Y(b + 1), X(a + 1) - X(a), Y(b) - Y(b + 1)); // whole pixels, so that no seams show
      });
      g.globalAlpha = 1;
      g.fillStyle = ink("page"); g.strokeStyle = ink("text"); g.lineWidth = 2;
      g.beginPath(); g.arc(share(i) * W, H - share(j) * H, 6, 0, 7); g.fill(); g.stroke();
    }
    const name = L.names[node], to = up.value === "" ? "" : ", from " + fourDigits(least) + " (red) to " + fourDigits(most) + " (blue)";
    by("caption").textContent = up.value === ""
      ? name + " from " + fourDigits(least) + " to " + fourDigits(most) + (node === L.root ? "; dashed: its tangent, whose slope is the gradient" : "")
      : name + to;
  }
  function later() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => plot(false));
  }
  function dragged(e) {
    const box = canvas.getBoundingClientRect(), i = +across.value, j = up.value === "" ? null : +up.value;
    const clamp = x => Math.max(0, Math.min(1, x));
    at[i] = low(i) + clamp((e.clientX - box.left) / box.width) * (high(i) - low(i));
    if (j !== null) at[j] = low(j) + clamp(1 - (e.clientY - box.top) / box.height) * (high(j) - low(j));
    put();
  }
  canvas.addEventListener("pointerdown", e => { canvas.setPointerCapture(e.pointerId); dragged(e); });
  canvas.addEventListener("pointermove", e => { if (e.buttons) dragged(e); });
  for (const select of [across, up, shown]) select.addEventListener("change", () => plot(true));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot(true));

  // --- Moving

  function update() {
    numbers = compute(at);
    for (const [element, k, sign] of texts) {
      const text = sign ? sign + " " + fourDigits(numbers[1][k]) : fourDigits(numbers[0][k]);
      if (element.textContent !== text) {
        element.textContent = text;
        const x = sign ? numbers[1][k] : 0; // these colours of the picture are replaced by the style sheet
        if (coloured.has(element)) element.setAttribute("fill", x > 0 ? "#1f5aa8" : x < 0 ? "#a8202f" : "#5f6570");
      }
    }
    drawLines();
    by("said").textContent = L.names[L.root] + " = " + fourDigits(numbers[0][L.root]);
    if (explained !== undefined) by("why").replaceChildren(chainRule(explained));
    outputs.forEach((output, i) => {
      const k = L.inputs[i];
      output.textContent = fourDigits(at[i]) + (k === null ? "" : "   \u2202 " + fourDigits(numbers[1][k]));
    });
    if (chosen) tell();
    later();
  }
  function put() { // moves the sliders to numbers that came from elsewhere
    sliders.forEach((slider, i) => { slider.value = at[i]; });
    update();
    if (parent !== window) parent.postMessage({moved: [...at]}, "*");
  }
  sliders.forEach((slider, i) => {
    slider.value = at[i];
    slider.addEventListener("input", () => {
      at[i] = +slider.value;
      if (L.inputs[i] !== null) explained = L.inputs[i];
      update();
      if (parent !== window) parent.postMessage({moved: [...at]}, "*");
    });
    slider.addEventListener("change", () => plot(true));
  });
  by("again").onclick = () => { at.splice(0, at.length, ...L.at); put(); };
  addEventListener("message", e => { // a message from the notebook that shows this page
    const given = e.source === parent && e.data && e.data.move;
    if (!Array.isArray(given) || given.length !== at.length || !given.every(Number.isFinite)) return;
    at.splice(0, at.length, ...given);
    sliders.forEach((slider, i) => { slider.value = at[i]; });
    update();
  });
  return {
    drawn() {
      texts = texts || L.texts.map(([id, place, k, sign]) => {
        if (typeof place === "string") return [by(place), k, sign];
        const all = by(id).querySelectorAll("text"), element = all[all.length - place];
        if (sign) coloured.add(element);
        return [element, k, sign];
      });
      lines = lines || L.lines.map(([id, edges, plain]) => [[...document.querySelectorAll("#" + id + " path, #" + id + " polygon")], edges, plain]);
      update();
      plot(true);
    },
    history(id) {
      const nodes = L.inner[id] || [];
      if (id !== asked && nodes.length) { explained = nodes[0]; by("why").replaceChildren(chainRule(explained)); }
      asked = id;
      return nodes.map(shows);
    },
  };
}
