// A page with sliders as a notebook widget. The numbers of the sliders are kept equal to those of the model in Python.
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = "sliders and gradients";
  frame.style.cssText = "width: 100%; height: 620px; border: 1px solid #ddd";
  frame.srcdoc = model.get("page");
  let moved = ""; // the last numbers from the page, which are not sent back to it
  const send = () => {
    const numbers = model.get("numbers"), given = model.get("names").map(name => numbers[name]);
    if (JSON.stringify(given) !== moved) frame.contentWindow.postMessage({ move: given }, "*");
  };
  const hear = event => {
    if (event.source !== frame.contentWindow || !event.data || !Array.isArray(event.data.moved)) return;
    const names = model.get("names"), given = event.data.moved;
    if (given.length !== names.length || !given.every(Number.isFinite)) return;
    moved = JSON.stringify(given);
    model.set("numbers", Object.fromEntries(names.map((name, k) => [name, given[k]])));
    model.save_changes();
  };
  addEventListener("message", hear);
  model.on("change:numbers", send);
  frame.onload = send;
  el.append(frame);
  return () => { removeEventListener("message", hear); model.off("change:numbers", send); };
}
export default { render };
