// What stands around the conversation: header, question field, footer.

/** The panel and what of it changes. `acts` is what it does: `submit(event)`, `startOver()`, `close()`, `closed()`. */
function panelParts(heading, says, floating, service, acts) {
  const log = make("div", { class: "log", part: "log", role: "region", "aria-label": says.conversation, tabindex: 0 });
  const live = make("p", { class: "unseen", role: "status" });
  const notice = make("p", { class: "notice", role: "alert", id: "notice" });
  const field = make("textarea", { id: "field", part: "field", rows: 1, "aria-describedby": "notice", keydown: enter });
  const startOver = button(says.start_over, () => {
    acts.startOver();
    field.focus();
  }, { class: "plain" });
  const form = make(
    "form",
    { class: "form", part: "form", submit: acts.submit },
    notice,
    make("div", { class: "label" }, make("label", { for: "field", class: "soft" }, says.question), startOver),
    make("div", { class: "line" }, field, make("button", { class: "strong", part: "ask" }, says.ask)),
  );
  const header = make(
    "header",
    { part: "header" },
    make("h2", { id: "heading" }, heading),
    floating && button("×", acts.close, { class: "close plain", part: "close", "aria-label": says.close }),
  );
  const footer = make(
    "footer",
    { class: "soft", part: "footer" },
    `${says.automatic} ${says.stored} `,
    make("a", { href: `${service}about`, target: "_blank", rel: "noopener noreferrer" }, `${says.about} ↗`),
  );
  const dialog = floating && { keydown: (event) => escape(event, acts.close), close: acts.closed };
  const attributes = { class: "panel", part: "panel", "aria-labelledby": "heading", ...dialog };
  const panel = make(floating ? "dialog" : "section", attributes, header, log, live, form, footer);
  return { panel, log, live, notice, field, startOver };
}

function enter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}

function escape(event, close) {
  if (event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  close();
}

/** What stands in the log before anything was asked. */
function welcome(greeting, examples, says, chosen) {
  const told = [make("p", { class: "greeting", part: "greeting" }, greeting)];
  if (examples.length) told.push(make("p", { class: "aside", id: "try" }, says.try_asking), choices(examples, chosen, { "aria-labelledby": "try" }));
  return told;
}

/** Why a question is not even sent, or nothing. */
function objection(question, language) {
  const { format } = new Intl.NumberFormat(language);
  const length = [...question].length;
  if (!question) return PHRASES[language].empty;
  return length > SETTINGS.limit ? fill(PHRASES[language].too_long, { limit: format(SETTINGS.limit), length: format(length) }) : "";
}
