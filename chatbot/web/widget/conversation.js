// One conversation: what was asked and what became of it, in this page's memory alone.

// Waiting longer than this many seconds, or more often, is left to whoever asked.
const PATIENCE = 30;
const TRIES = 3;
const KEPT = 50;
// As many earlier questions are sent along, so that a follow-up is understood; the service keeps nothing.
const CONTEXT = 6;

/** A turn is `{question, language, said, answer, trouble}`; `changed(turn)` is called whenever one is new or has news. */
class Conversation {
  turns = [];
  #stop = new AbortController();
  #line = Promise.resolve();

  constructor(changed) {
    this.changed = changed;
  }

  /** Resolves to the turn when it is answered or has failed. One question at a time: it may be the next one's context. */
  ask(service, question, language) {
    const turn = { service, question, language };
    this.turns = [...this.turns, turn].slice(-KEPT);
    return this.again(turn);
  }

  again(turn) {
    const stop = this.#stop.signal;
    turn.trouble = undefined;
    turn.said = "";
    this.changed(turn);
    this.#line = this.#line.then(() => this.#run(turn, stop));
    return this.#line.then(() => turn);
  }

  /** Asks again what failed for want of a network. */
  online() {
    this.turns.filter((turn) => turn.trouble?.kind === "offline").forEach((turn) => this.again(turn));
  }

  /** Drops what is on its way. */
  stop() {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  startOver() {
    this.stop();
    this.turns = [];
  }

  remove(turn) {
    this.turns = this.turns.filter((other) => other !== turn);
  }

  async #run(turn, stop) {
    for (let tries = 1; ; tries += 1) {
      try {
        for await (const { event, data } of ask(turn.service, this.#request(turn), stop)) {
          if (event === "sentence") turn.said += `${turn.said && " "}${data.text}`;
          if (event === "answer") turn.answer = data;
          this.changed(turn);
        }
        return;
      } catch (trouble) {
        turn.trouble = trouble;
        turn.said = "";
        trouble.waits = trouble.seconds <= PATIENCE && tries < TRIES && !stop.aborted;
        this.changed(turn);
        if (!trouble.waits) return;
        while (trouble.seconds > 0) {
          await new Promise((resolve) => setTimeout(resolve, 1000));
          if (stop.aborted) {
            turn.trouble = new Trouble("broken");
            return;
          }
          trouble.seconds -= 1;
          if (trouble.seconds) this.changed(turn);
        }
        turn.trouble = undefined;
        this.changed(turn);
      }
    }
  }

  #request({ question, language }) {
    const answers = this.turns.map((turn) => turn.answer).filter(Boolean).slice(-CONTEXT);
    const history = answers.map(({ question, status, understood_as, citations: [first] }) => ({
      question,
      status,
      understood_as,
      citation: first && { document: first.document, start: first.start, end: first.end },
    }));
    return { question, language, history };
  }
}
