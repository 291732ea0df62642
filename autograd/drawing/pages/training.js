// A page that trains. compute(x) is the exported loss of one sample: from the parameters, the inputs and the targets it
// computes the numbers and the gradients of all nodes. S.training has:
// - at: the parameters at the start. places: their nodes. names: their names. own: for each element, its parameters.
// - X, Y: the samples. outputs: the nodes of the outputs.
// - neurons: for each neuron of the picture, its element and the node of its pre-activation.
// - lines: for each line of the picture, its element and a parameter.
// - seed: the seed of the order of the samples. plane: the edges of the plane if there are two inputs.
const COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"];
function short(x) { return Number.isFinite(x) ? String(+x.toPrecision(4)).replace("-", "\u2212") : String(x); }
function randomOf(seed) { // mulberry32: the same seed always gives the same order
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function makeHooks() {
  const T = S.training, n = T.X.length;
  let w, updates, order, position, random, losses, running = false, shown = 0;

  // --- The training

  function begin() {
    w = [...T.at]; updates = 0; order = []; position = 0; random = randomOf(T.seed); losses = [];
    measure();
  }
  function next() { // returns the next sample; they are shuffled before each epoch, unless a batch has them all
    if (position >= order.length) {
      order = T.X.map((_, k) => k);
      if (size() < n) for (let i = n - 1; i > 0; i--) { const j = Math.floor(random() * (i + 1)); [order[i], order[j]] = [order[j], order[i]]; }
      position = 0;
    }
    return order[position++];
  }
  const size = () => Math.max(1, Math.min(n, Math.floor(+by("batch").value) || n));
  const sample = k => compute([...w, ...T.X[k], ...T.Y[k]]);
  function update() {
    const sums = w.map(() => 0), left = order.length - position || n, count = Math.min(size(), left);
    for (let c = 0; c < count; c++) {
      const gradients = sample(next())[1];
      T.places.forEach((place, i) => { sums[i] += gradients[place]; });
    }
    const rate = +by("rate").value;
    w = w.map((x, i) => x - rate * (sums[i] / count));
    updates++;
  }
  function measure() {
    let sum = 0;
    for (let k = 0; k < n; k++) { const [numbers] = sample(k); sum += numbers[numbers.length - 1]; }
    losses.push([updates, sum / n]);
    if (losses.length > 2000) losses = losses.filter((_, k) => k % 2 === 0);
  }

  // --- Showing

  function drawPlane() {
    if (!T.plane) return;
    const canvas = by("plane"), g = canvas.getContext("2d"), W = canvas.width, cells = 32, [[a, b], [c, d]] = T.plane;
    const answers = [];
    for (let i = 0; i < cells; i++) for (let j = 0; j < cells; j++) {
      const x = [a + (j + 0.5) / cells * (b - a), c + (i + 0.5) / cells * (d - c)];
      const numbers = compute([...w, ...x, ...T.Y[0]])[0];
      answers.push(T.outputs.map(place => numbers[place]));
    }
    const several = T.outputs.length > 1, targets = T.Y.map(y => y[0]);
    const middle = (Math.min(...targets) + Math.max(...targets)) / 2;
    const reach = Math.max(...answers.map(y => Math.abs(y[0] - middle)).filter(Number.isFinite)) || 1;
    const best = y => y.indexOf(Math.max(...y));
    g.globalAlpha = 1; g.fillStyle = "#ffffff"; g.fillRect(0, 0, W, W);
    answers.forEach((y, k) => {
      g.globalAlpha = several ? 0.4 : 0.85 * Math.min(1, Math.abs(y[0] - middle) / reach);
      g.fillStyle = several ? COLOURS[best(y) % COLOURS.length] : y[0] > middle ? COLOURS[1] : COLOURS[0];
      const X = i => Math.round(i * W / cells), a = k % cells, b = Math.floor(k / cells); // whole pixels, without seams
      g.fillRect(X(a), W - X(b + 1), X(a + 1) - X(a), X(b + 1) - X(b));
    });
    g.globalAlpha = 1;
    T.X.forEach((x, k) => {
      g.beginPath();
      g.arc((x[0] - a) / (b - a) * W, W - (x[1] - c) / (d - c) * W, 3.5, 0, 7);
      g.fillStyle = COLOURS[several ? best(T.Y[k]) % COLOURS.length : T.Y[k][0] > middle ? 1 : 0];
      g.fill(); g.strokeStyle = "#222"; g.lineWidth = 0.7; g.stroke();
    });
  }
  function drawCurve() {
    const g = by("curve").getContext("2d"), style = getComputedStyle(document.body), ink = name => style.getPropertyValue("--" + name).trim();
    const top = Math.max(...losses.map(p => p[1]).filter(Number.isFinite)) || 1, last = Math.max(1, updates);
    g.clearRect(0, 0, 320, 320); g.font = "12px sans-serif"; g.fillStyle = ink("text"); g.strokeStyle = ink("line"); g.lineWidth = 1;
    g.strokeRect(30, 25, 275, 275); g.fillText("mean loss, up to " + short(top), 30, 16); g.fillText("update " + last, 255 - 6 * String(last).length, 315); g.fillText("0", 30, 315);
    g.strokeStyle = ink("positive"); g.lineWidth = 1.6; g.beginPath();
    for (const [k, x] of losses) if (Number.isFinite(x)) g.lineTo(30 + k / last * 275, 300 - x / top * 275);
    g.stroke();
  }
  function drawNetwork() {
    const sums = T.neurons.map(() => 0);
    for (let k = 0; k < n; k++) { const gradients = sample(k)[1]; T.neurons.forEach(([, place], i) => { sums[i] += gradients[place] ** 2; }); }
    T.neurons.forEach(([id], i) => {
      const texts = by(id).querySelectorAll("text"), text = "\u03b4 " + short(Math.sqrt(sums[i] / n));
      if (texts.length) texts[texts.length - 1].textContent = text;
    });
    const largest = Math.max(...w.map(x => (Number.isFinite(x) ? Math.abs(x) : 0))) || 1;
    for (const [id, i] of T.lines) {
      const line = by(id).querySelector("path"), share = Math.sqrt(Math.abs(w[i]) / largest) || 0;
      line.style.stroke = w[i] > 0 ? "var(--positive)" : "var(--negative)";
      line.style.strokeWidth = (0.7 + 3.3 * share).toFixed(2);
      line.style.strokeOpacity = (0.45 + 0.55 * share).toFixed(2);
    }
  }
  function draw() {
    const [, loss] = losses[losses.length - 1];
    by("said").textContent = "update " + updates + ", epoch " + Math.floor(updates * size() / n) + ": mean loss " + short(loss);
    drawPlane(); drawCurve(); drawNetwork();
    if (chosen) tell();
    document.body.dataset.updates = updates;
  }
  function frame() { // makes as many updates as take some milliseconds, then draws one frame
    if (!running) return;
    const start = performance.now(), least = +by("speed").value;
    do update(); while (performance.now() - start < 8 * least);
    measure();
    if (!Number.isFinite(losses[losses.length - 1][1])) { stop(); draw(); by("said").textContent += ": lower the rate, and start again"; return; }
    draw();
    shown = requestAnimationFrame(frame);
  }
  function stop() { running = false; cancelAnimationFrame(shown); by("train").textContent = "run"; }
  by("train").onclick = () => {
    if (running) { stop(); return; }
    running = true;
    by("train").textContent = "pause";
    shown = requestAnimationFrame(frame);
  };
  by("one").onclick = () => { stop(); update(); measure(); draw(); };
  by("again").onclick = () => { stop(); begin(); draw(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  begin();
  window.training = { parameters: () => [...w], updates: () => updates };
  return { drawn: draw, history: id => (T.own[id] || []).slice(0, 60).map(i => T.names[i] + " = " + short(w[i])) };
}
