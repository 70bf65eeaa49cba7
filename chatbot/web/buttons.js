// Runs once for the conversation and once for the examples: buttons that ask, copy and vote, and the view of a new turn.
if (!navigator.clipboard) document.documentElement.classList.add("no-clipboard");

element.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.question) trigger("ask", { question: button.dataset.question });
  if (button?.dataset.vote) choose(button.closest("form"), button.dataset.vote);
  if (button?.dataset.copy) {
    const label = button.textContent;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  }
});

element.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target);
});

// Gradio brings the HTML up to date attribute by attribute, and what was unfolded and voted is no part of it.
const unfolded = new Set();
const votes = new Map();
const sources = () => [...element.querySelectorAll(".source details")];
const forms = () => [...element.querySelectorAll("form.vote")];

element.addEventListener("toggle", (event) => {
  const place = sources().indexOf(event.target);
  if (event.target.open) unfolded.add(place);
  else unfolded.delete(place);
}, true);

function show(form, { vote, told, sent }) {
  form.querySelectorAll("[data-vote]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.vote === vote));
  });
  form.classList.toggle("chosen", Boolean(vote) && !sent);
  form.classList.toggle("sent", Boolean(sent));
  form.querySelector(".told").textContent = told ?? "";
}

function keep(form, changes) {
  const place = forms().indexOf(form);
  votes.set(place, { ...votes.get(place), ...changes });
  show(form, votes.get(place));
}

function choose(form, vote) {
  keep(form, { vote, told: "" });
  form.elements.comment.focus();
}

async function send(form) {
  const { aboutAnswer: answer, aboutQuestion: question, aboutLanguage: language, aboutStatus: status } = form.dataset;
  const vote = votes.get(forms().indexOf(form)).vote;
  const comment = form.elements.comment.value;
  const response = await fetch(form.dataset.send, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ answer, question, language, status, vote, comment }),
  }).catch(() => null);
  if (response?.ok) keep(form, { told: form.dataset.thanks, sent: true });
  else keep(form, { told: form.dataset.notSent });
}

let seen = 0;
watch("value", () => {
  const turns = element.querySelectorAll(".turn");
  if (!turns.length) {
    unfolded.clear();
    votes.clear();
  }
  sources().forEach((source, place) => { source.open = unfolded.has(place); });
  forms().forEach((form, place) => show(form, votes.get(place) ?? {}));
  // A turn is brought into view when it is asked and again when it is answered.
  const last = turns[turns.length - 1];
  const news = turns.length * 2 - (last?.querySelector(".pending") ? 1 : 0);
  if (news > seen) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    last.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }
  seen = news;
});
