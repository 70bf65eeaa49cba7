// The script tag: defines the element, and puts one on a page that has none of its own.

function start(script) {
  const { mode, ...options } = script.dataset;
  if (mode === "none") return;
  const present = [...document.querySelectorAll("chat-widget")];
  if (present.some((widget) => (widget.getAttribute("service") ?? SERVICE) === SERVICE)) return;
  const widget = document.createElement("chat-widget");
  widget.setAttribute("service", SERVICE);
  for (const [name, value] of Object.entries({ ...options, mode: mode ?? "floating" })) widget.setAttribute(name, value);
  if (mode === "inline") script.after(widget);
  else document.body.append(widget);
}

const SCRIPT = document.currentScript;
const SERVICE = new URL(".", SCRIPT.src).href;
if (!customElements.get("chat-widget")) customElements.define("chat-widget", ChatWidget);
if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => start(SCRIPT), { once: true });
else start(SCRIPT);
