// Runs once for the conversation and once for the examples: buttons that ask and copy, and the view of a new turn.
if (!navigator.clipboard) document.documentElement.classList.add("no-clipboard");

element.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.question) trigger("ask", { question: button.dataset.question });
  if (button?.dataset.copy) {
    const label = button.textContent;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  }
});

// Gradio brings the HTML up to date attribute by attribute, and what was unfolded is no part of it.
const unfolded = new Set();
const sources = () => [...element.querySelectorAll("details")];
element.addEventListener("toggle", (event) => {
  const place = sources().indexOf(event.target);
  if (event.target.open) unfolded.add(place);
  else unfolded.delete(place);
}, true);

let seen = 0;
watch("value", () => {
  const turns = element.querySelectorAll(".turn");
  if (!turns.length) unfolded.clear();
  sources().forEach((source, place) => { source.open = unfolded.has(place); });
  // A turn is brought into view when it is asked and again when it is answered.
  const last = turns[turns.length - 1];
  const news = turns.length * 2 - (last?.querySelector(".pending") ? 1 : 0);
  if (news > seen) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    last.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }
  seen = news;
});
