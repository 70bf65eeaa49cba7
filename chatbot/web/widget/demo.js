// The page that shows the widget's options: what is chosen, on a widget and as the tag that would do the same.
const form = document.querySelector("form");
const service = new URL(".", document.querySelector("script[data-mode]").src).href;
const show = (id, text) => { document.getElementById(id).textContent = text; };
const quoted = (value) => value.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

let widget;

function update() {
  const chosen = [...form.elements].filter(({ value, dataset }) => value && value !== dataset.default);
  const properties = chosen.filter(({ name }) => name.startsWith("--"));
  const attributes = chosen.filter((each) => !properties.includes(each));
  const inline = form.elements.mode.value === "inline";
  const parent = inline ? document.getElementById("inline") : document.body;
  const open = widget?.shadowRoot.querySelector("dialog")?.open;
  widget?.remove();
  widget = document.createElement("chat-widget");
  widget.setAttribute("service", service);
  widget.toggleAttribute("open", Boolean(open));
  attributes.forEach(({ name, value }) => widget.setAttribute(name, value));
  properties.forEach(({ name, value }) => widget.style.setProperty(name, value));
  parent.append(widget);
  const data = attributes.map(({ name, value }) => `\n  data-${name}="${quoted(value)}"`);
  show("tag", `<script async src="${service}widget.js"${data.join("")}></script>`);
  show("style", `chat-widget {\n${properties.map(({ name, value }) => `  ${name}: ${value};\n`).join("")}}`);
}

let heard = "";
for (const name of ["chat-open", "chat-close", "chat-answer", "chat-error"]) {
  document.addEventListener(name, ({ detail }) => {
    heard += `${name} ${detail ? JSON.stringify(detail) : ""}\n`;
    show("events", heard);
  });
}

form.addEventListener("change", update);
form.addEventListener("submit", (event) => event.preventDefault());
update();
