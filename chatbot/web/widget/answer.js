// What became of a question, as elements.

/** `acts` is what its buttons do: `ask(question)`, `again()`, `vote(vote, comment)`. */
function turnContent(turn, acts) {
  const says = PHRASES[turn.answer?.language ?? turn.language];
  const asked = make("p", { class: "question", part: "question" }, make("span", { class: "unseen" }, `${says.you_asked} `), turn.question);
  return [asked, make("div", { class: "answer", part: "answer" }, told(turn, says, acts))];
}

/** The same in words, for those who listen. */
function spoken(turn) {
  const { answer, trouble } = turn;
  const says = PHRASES[answer?.language ?? turn.language];
  if (trouble) return troubleText(trouble, says);
  if (!answer) return says.searching;
  const [first] = answer.citations;
  const sure = { clear: `${says.clear}:`, possible: says.possible }[answer.certainty];
  const topics = answer.suggestions.length > 0 && `${says.they_cover} ${answer.suggestions.join(", ")}`;
  return [sure, answer.text, first && note(first, answer, says), first && `${reference(first)}.`, topics].filter(Boolean).join(" ");
}

function told(turn, says, acts) {
  const { answer, trouble, said } = turn;
  if (trouble) return troubled(trouble, says, acts);
  if (!answer) return make("p", { class: said ? "" : "soft" }, said || says.searching);
  const { citations, suggestions, understood_as: understood } = answer;
  return [
    understood && make("p", { class: "aside" }, fill(says.understood_as, { question: understood })),
    answer.sentences?.length ? written(turn, says) : citations.length ? quoted(turn, says) : make("p", {}, answer.text),
    suggestions.length > 0 && [
      make("p", { class: "aside" }, says.they_cover),
      choices(suggestions, (topic) => acts.ask(fill(says.topic_question, { topic }))),
    ],
    ["answered", "not_found"].includes(answer.status) && closing(turn, says, acts),
  ].flat();
}

/** What a language model wrote, each sentence with a link to the one that supports it; and those sentences. */
function written({ answer, service }, says) {
  const { certainty, sentences, citations } = answer;
  const marker = (number) => make("a", { href: documentPage(citations[number - 1], service), target: "_blank", rel: "noopener noreferrer", "aria-label": fill(says.opens_source, { number }) }, `[${number}]`);
  return [
    certainty === "possible" && make("p", { class: "soft" }, says.possible),
    make("p", { part: "written" }, sentences.map(({ text, source: number }) => [`${text} `, marker(number), " "]).flat()),
    make("p", { class: "aside" }, says.written),
    citations.map((citation) => source(citation, says, service, citation.quote)),
  ].flat();
}

function quoted(turn, says) {
  const { answer } = turn;
  const [first, ...others] = answer.citations;
  return [
    answer.certainty === "possible" && make("p", { class: "soft" }, says.possible),
    make(
      "blockquote",
      { class: "quote", part: "quote" },
      make("span", { lang: first.language }, answer.text),
      make("span", { class: "soft small note" }, `${note(first, answer, says)} [${first.number}]`),
    ),
    answer.wording === "stood_in" && make("p", { class: "aside" }, says.stood_in),
    source(first, says, turn.service),
    others.length > 0 && make("p", { class: "aside" }, says.see_also),
    others.map((other) => source(other, says, turn.service, other.quote)),
  ].flat();
}

function source(citation, says, service, preview) {
  const { number, language } = citation;
  return make(
    "div",
    { class: "source", part: "source" },
    make("p", {}, make("span", { class: "soft" }, `[${number}] `), make("span", { lang: language }, reference(citation)), preview && make("span", { class: "preview soft", lang: language }, preview)),
    make(
      "a",
      { href: documentPage(citation, service), target: "_blank", rel: "noopener noreferrer", "aria-label": fill(says.opens_source, { number }) },
      `${says.open_source} ↗`,
    ),
  );
}

/** Where the quote stands, as long as that is a page of the service. */
function documentPage({ url }, service) {
  const page = new URL(url.replace(/^\/+/, ""), service);
  return page.origin === new URL(service).origin ? page.href : null;
}

function reference({ headings, source }) {
  return [headings.join(" › "), source].filter(Boolean).join(", ");
}

function note({ language }, answer, says) {
  return language !== answer.language && says.in_language[language] ? ` ${says.in_language[language]}` : "";
}

/** How sure, whether it helped, and copying. */
function closing(turn, says, acts) {
  const { answer } = turn;
  const [first] = answer.citations;
  return make(
    "div",
    { class: "closing small" },
    first && make(
      "div",
      {},
      make("span", { class: "soft" }, answer.certainty === "clear" && says.clear),
      navigator.clipboard && copying(`${answer.text} (${reference(first)})`, says),
    ),
    SETTINGS.votes && voting(turn, says, acts),
  );
}

function copying(text, says) {
  return button(says.copy, async ({ target }) => {
    await navigator.clipboard.writeText(text);
    target.textContent = says.copied;
    setTimeout(() => { target.textContent = says.copy; }, 2000);
  }, { class: "plain" });
}

/** Two buttons; once one is pressed, a field for a comment; once sent, thanks. */
function voting(turn, says, acts) {
  const thanks = make("p", { class: "soft", tabindex: -1 }, says.thank_you);
  if (turn.voted) return thanks;
  let vote;
  const comment = make("textarea", { rows: 2, maxlength: 1000 });
  const failed = make("p", { role: "alert" });
  const votes = ["yes", "no"].map((each) => button(says[each], ({ target }) => {
    vote = each;
    votes.forEach((other) => other.setAttribute("aria-pressed", other === target));
    form.hidden = false;
    comment.focus();
  }, { class: "plain", "aria-pressed": "false" }));
  const send = async (event) => {
    event.preventDefault();
    turn.voted = await acts.vote(vote, comment.value);
    if (turn.voted) {
      whole.replaceWith(thanks);
      thanks.focus();
    } else failed.textContent = says.not_sent;
  };
  const form = make("form", { class: "comment", hidden: true, submit: send },
    make("label", { class: "soft" }, says.comment, comment), make("button", {}, says.send), failed);
  const whole = make("div", {},
    make("span", { class: "soft", "aria-hidden": "true" }, says.helpful),
    make("div", { role: "group", "aria-label": says.helpful }, votes), form);
  return whole;
}

function troubled(trouble, says, acts) {
  const text = make("p", { class: "trouble" }, troubleText(trouble, says));
  return trouble.waits ? text : [text, button(says.try_again, acts.again)];
}

function troubleText({ kind, waits, seconds, reference }, says) {
  if (seconds !== undefined && !waits) return says.later;
  return fill(says[kind], { seconds, reference });
}

/** Questions or topics as a list of buttons. */
function choices(texts, chosen, attributes) {
  return make("ul", { class: "choices", ...attributes }, texts.map((text) => make("li", {}, button(text, () => chosen(text)))));
}
