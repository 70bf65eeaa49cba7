// The element: what it looks like follows from its attributes and its conversation.

// A window of this size has no room for the page beside the panel.
const NARROW = matchMedia("(max-width: 30em), (max-height: 30em)");
// Milliseconds after which it is worth saying that nothing has been found yet.
const SLOW = 1000;

class ChatWidget extends HTMLElement {
  static observedAttributes = ["lang", "heading", "greeting", "examples", "mode"];
  #conversation = new Conversation((turn) => this.#changed(turn));
  #views = new Map();
  #parts = {};
  #mounted;

  /** Shows the panel, with the cursor in its field. */
  open() {
    this.#show(() => {
      if (NARROW.matches) this.#parts.panel.showModal();
      else this.#parts.panel.show();
      this.#parts.field.focus();
    });
  }

  close() {
    if (this.#floating && this.#parts.panel?.open) this.#parts.panel.close();
  }

  /** Asks as if it had been typed; resolves to the answer as the API gives it, or to null. */
  async ask(text) {
    if (!this.isConnected) return null;
    const question = String(text).trim();
    const reason = objection(question, this.#language);
    this.#notify(reason);
    if (reason) return null;
    const turn = await this.#conversation.ask(this.#service, question, this.#language);
    if (turn.answer?.status === "rejected") this.#takeBack(turn);
    return turn.answer ?? null;
  }

  startOver() {
    if (!this.isConnected) return;
    this.#conversation.startOver();
    this.#notify("");
    this.#fillLog();
    this.#remember();
  }

  connectedCallback() {
    if (!this.shadowRoot) {
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [STYLE];
      this.#recall();
    }
    this.#mounted?.abort();
    this.#mounted = new AbortController();
    addEventListener("online", () => this.#conversation.online(), this.#mounted);
    const language = new MutationObserver(() => this.#draw());
    language.observe(document.documentElement, { attributeFilter: ["lang"] });
    this.#mounted.signal.addEventListener("abort", () => language.disconnect());
    this.#draw();
  }

  disconnectedCallback() {
    // Being moved within the page is leaving and coming back at once.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#mounted.abort();
      this.#conversation.stop();
    });
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && this.#parts.log && before !== after) this.#draw();
  }

  get #floating() {
    return this.getAttribute("mode") !== "inline";
  }

  get #service() {
    return this.getAttribute("service") ?? SERVICE;
  }

  get #says() {
    return PHRASES[this.#language];
  }

  /** That of the page around it, else the visitor's, else the service's. */
  get #language() {
    let around = this;
    while (around && !around.lang) around = around.parentElement ?? around.getRootNode().host;
    const known = [around?.lang, ...navigator.languages].map((tag) => tag?.toLowerCase().split("-")[0]);
    return known.find((tag) => Object.hasOwn(PHRASES, tag)) ?? SETTINGS.language;
  }

  #draw() {
    const says = this.#says;
    const wasOpen = this.#parts.panel?.open ?? this.hasAttribute("open");
    const typed = this.#parts.field?.value ?? "";
    this.#parts.panel?.remove();
    this.#parts = panelParts(this.getAttribute("heading") ?? says.title, says, this.#floating, this.#service, {
      submit: (event) => this.#submit(event),
      startOver: () => this.startOver(),
      close: () => this.close(),
      closed: () => this.#closed(),
    });
    const { panel } = this.#parts;
    const launcher = this.#floating && button(says.ask_a_question, () => this.open(), { class: "launcher", part: "launcher", "aria-haspopup": "dialog" });
    this.shadowRoot.replaceChildren(make("div", { class: `root ${this.#floating ? "floating" : "inline"}`, lang: this.#language }, launcher, panel));
    this.#parts.field.value = typed;
    this.#fillLog();
    // Not `show()`, which would take the focus from the page; and never over a whole small page.
    if (this.#floating && wasOpen && !NARROW.matches) this.#show(() => { panel.open = true; });
  }

  #show(how) {
    if (!this.isConnected || !this.#floating || this.#parts.panel.open) return;
    how();
    this.#remember();
    this.#dispatch("chat-open");
  }

  #closed() {
    this.#remember();
    this.#dispatch("chat-close");
  }

  async #submit(event) {
    event.preventDefault();
    const { field } = this.#parts;
    const asked = this.ask(field.value);
    if (!this.#parts.notice.textContent) field.value = "";
    await asked;
  }

  /** The service would not take the question, and `answer.text` says why: it is to be mended. */
  #takeBack(turn) {
    this.#conversation.remove(turn);
    this.#views.delete(turn);
    this.#fillLog();
    this.#parts.field.value ||= turn.question;
    this.#notify(turn.answer.text);
    this.#remember();
  }

  #notify(text) {
    const { notice, field } = this.#parts;
    notice.textContent = text;
    field.setAttribute("aria-invalid", Boolean(text));
    if (text) field.focus();
  }

  #fillLog() {
    const { log, startOver } = this.#parts;
    const { turns } = this.#conversation;
    startOver.hidden = !turns.length;
    for (const turn of this.#views.keys()) if (!turns.includes(turn)) this.#views.delete(turn);
    log.replaceChildren(...(turns.length ? turns.map((turn) => this.#view(turn)) : this.#welcome()));
    log.scrollTop = turns.length ? log.scrollHeight : 0;
  }

  #welcome() {
    const examples = this.getAttribute("examples")?.split("|").map((text) => text.trim()).filter(Boolean);
    return welcome(this.getAttribute("greeting") ?? this.#says.greeting, examples ?? this.#says.examples, this.#says, (text) => this.#choose(text));
  }

  #choose(question) {
    this.#parts.field.focus();
    this.ask(question);
  }

  #view(turn) {
    let view = this.#views.get(turn);
    if (!view) {
      view = make("article", { class: "turn", part: "turn", lang: turn.answer?.language ?? turn.language });
      this.#views.set(turn, view);
      this.#render(turn, view);
    }
    return view;
  }

  #render(turn, view) {
    view.lang = turn.answer?.language ?? turn.language;
    view.replaceChildren(...turnContent(turn, {
      ask: (question) => this.#choose(question),
      again: () => {
        this.#parts.field.focus();
        this.#conversation.again(turn);
      },
      vote: (vote, comment) => this.#vote(turn, vote, comment),
    }));
  }

  #changed(turn) {
    if (!this.#conversation.turns.includes(turn)) return;
    if (!this.#views.has(turn)) this.#fillLog();
    else this.#render(turn, this.#views.get(turn));
    this.#reveal(this.#views.get(turn));
    this.#tell(turn);
  }

  #reveal(view) {
    const { log, panel } = this.#parts;
    // In a low window the panel scrolls as a whole.
    const scroller = log.scrollHeight > log.clientHeight ? log : panel;
    scroller.scrollTop += view.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  }

  /** Says each piece of news once to those who listen, and to the page around. */
  #tell(turn) {
    const { answer, trouble } = turn;
    const news = answer ?? trouble;
    if (!news) {
      setTimeout(() => { if (!turn.answer && !turn.trouble) this.#announce(turn); }, SLOW);
    } else if (turn.told !== news) {
      turn.told = news;
      this.#remember();
      if (answer?.status !== "rejected") this.#announce(turn);
      if (answer) this.#dispatch("chat-answer", { status: answer.status, certainty: answer.certainty, language: answer.language });
      else this.#dispatch("chat-error", { kind: trouble.kind });
    }
  }

  #announce(turn) {
    const text = visible(spoken(turn));
    if (this.#parts.live.textContent !== text) this.#parts.live.textContent = text;
  }

  async #vote({ service, answer: { id, question, language, status } }, vote, comment) {
    const response = await post(service, "api/feedback", { answer: id, question, language, status, vote, comment }).catch(() => null);
    return Boolean(response?.ok);
  }

  #dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  get #key() {
    return `chat-widget ${this.#service} ${this.id}`;
  }

  #remember() {
    if (this.getAttribute("remember") === "session") keep(this.#key, this.#parts.panel?.open, this.#conversation.turns);
  }

  #recall() {
    const kept = this.getAttribute("remember") === "session" && recalled(this.#key);
    if (!kept) return;
    this.#conversation.turns = kept.turns;
    this.toggleAttribute("open", kept.open);
  }
}
