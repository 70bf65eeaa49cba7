// A conversation kept for this tab, which a site has to ask for.

function keep(key, open, turns) {
  const kept = turns
    .filter(({ answer }) => answer)
    .map(({ service, question, language, answer, voted }) => ({ service, question, language, answer, voted }));
  try {
    sessionStorage.setItem(key, JSON.stringify({ open: Boolean(open), turns: kept }));
  } catch {
    // Storage may be full or forbidden; then the page is all that remembers.
  }
}

/** `{open, turns}`, or undefined where nothing is kept or nothing that can be read. */
function recalled(key) {
  try {
    const { open, turns } = JSON.parse(sessionStorage.getItem(key));
    return { open, turns: turns.map((turn) => ({ ...turn, told: turn.answer })) };
  } catch {
    return undefined;
  }
}
