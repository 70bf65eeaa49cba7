// The script tag: defines the element, and puts one on a page that has none of its own.

const OPTIONS = ["lang", "heading", "greeting", "examples", "position", "theme", "open", "remember"];

function start(script) {
  const { mode = "floating", ...given } = script.dataset;
  const present = [...document.querySelectorAll("chat-widget")];
  if (mode === "none" || present.some((widget) => (widget.getAttribute("service") ?? SERVICE) === SERVICE)) return;
  const options = OPTIONS.filter((name) => name in given).map((name) => [name, given[name]]);
  const widget = make("chat-widget", { service: SERVICE, mode, ...Object.fromEntries(options) });
  if (mode === "inline") script.after(widget);
  else document.body.append(widget);
}

const SCRIPT = document.currentScript;
if (!SCRIPT) throw new Error("widget.js is no module: leave out type=module");
const SERVICE = new URL(".", SCRIPT.src).href;
if (!customElements.get("chat-widget")) customElements.define("chat-widget", ChatWidget);
if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => start(SCRIPT), { once: true });
else start(SCRIPT);
