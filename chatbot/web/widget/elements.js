// Making elements: text stays text, whoever wrote it.

// What hides or reorders text; joiners are invisible too, but some scripts cannot be written without them.
const HIDDEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** An element. Functions among the attributes listen, true is an attribute without a value, null and false are none. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  const shown = children.flat().filter((child) => child != null && child !== false && child !== "");
  element.append(...shown.map((child) => (child instanceof Node ? child : visible(child))));
  return element;
}

function visible(text) {
  return String(text).replace(HIDDEN, "");
}

/** The phrase with its `{names}` filled in. */
function fill(phrase, values) {
  return phrase.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A button that looks like text or like a button, by its class. */
function button(label, click, attributes) {
  return make("button", { type: "button", click, ...attributes }, label);
}
