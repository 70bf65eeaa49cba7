// Runs once when the header is there: its two switches, and what the whole page takes from it.
const root = document.documentElement;

function name() {
  const header = element.querySelector("header");
  if (!header) return;
  root.lang = header.dataset.language;
  document.title = header.dataset.title;
}

element.addEventListener("click", (event) => {
  if (event.target.closest("[data-switch]")) trigger("language");
  // Gradio sets the same class from the system's choice; nothing is kept for the next visit.
  if (event.target.closest("[data-theme]")) document.body.classList.toggle("dark");
});

watch("value", name);
name();
