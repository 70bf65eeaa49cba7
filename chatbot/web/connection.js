// Loaded before Gradio, whose requests go through here: a lost connection, a busy server and a refusal are said in
// words beside the question, and nothing is lost. Left to itself Gradio would report them in English in a corner,
// and reload the page, questions and answers gone, as soon as the server is back.
(() => {
  const says = JSON.parse(document.currentScript.dataset.says);
  const ask = window.fetch;
  const PATIENCE = 3; // seconds

  let trouble = null; // the notice, while there is something to tell
  let waiting = [];

  function tell(text, again) {
    clear();
    trouble = document.createElement("div");
    trouble.className = "trouble";
    trouble.setAttribute("role", "alert");
    trouble.append(Object.assign(document.createElement("p"), { textContent: text }));
    if (again) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: words().again });
      button.addEventListener("click", again);
      trouble.append(button);
    }
    const field = document.querySelector("#ask");
    if (field) field.before(trouble);
    else document.body.prepend(trouble);
  }

  function clear() {
    trouble?.remove();
    trouble = null;
  }

  const words = () => says[document.documentElement.lang] ?? says.en;
  const pause = (seconds) => new Promise((resume) => { setTimeout(resume, seconds * 1000); });
  const askedAgain = (text) => new Promise((resume) => {
    waiting.push(resume);
    tell(text, resumeAll);
  });

  // The notice stays until there is an answer to what is asked again.
  function resumeAll() {
    waiting.splice(0).forEach((resume) => resume());
  }

  // The response to a request that is made again until the server takes it. Gradio sees only that it takes long.
  async function persistent(request) {
    for (;;) {
      const response = await ask(request.clone()).catch((error) => {
        if (request.signal.aborted) throw error;
      });
      if (response?.ok) {
        if (trouble && !waiting.length) clear();
        return response;
      }
      if (!response) {
        await askedAgain(words().broken);
      } else if (response.status === 429 || response.status === 503) {
        const seconds = Number(response.headers.get("retry-after")) || PATIENCE;
        tell(words().busy.replace("{seconds}", seconds));
        await pause(seconds);
      } else {
        const reference = response.headers.get("x-request-id") ?? String(response.status);
        await askedAgain(words().failure.replace("{reference}", reference));
      }
    }
  }

  // What Gradio is sent when its stream of events breaks off: the event failed, and the stream is at its end.
  const LAST_WORDS = [{ msg: "unexpected_error", message: null, success: false }, { msg: "close_stream" }]
    .map((message) => `data: ${JSON.stringify(message)}\n\n`).join("");

  // The stream of events; where it breaks off before its end, the question that was on its way can be asked again.
  async function unbroken(request) {
    const response = await persistent(request);
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let ended = false;
    const stream = new ReadableStream({
      async pull(controller) {
        const { value, done } = await reader.read().catch(() => ({ done: true }));
        if (!done) {
          ended ||= decoder.decode(value, { stream: true }).includes('"close_stream"');
          controller.enqueue(value);
          return;
        }
        if (!ended && !request.signal.aborted) {
          controller.enqueue(new TextEncoder().encode(LAST_WORDS));
          askedAgain(words().broken).then(resume);
        }
        controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return new Response(stream, { status: response.status, headers: response.headers });
  }

  function resume() {
    clear();
    const question = document.querySelector(".pending + [data-question]");
    if (question) question.click();
    else if (!document.querySelector(".turn")) location.reload();
  }

  window.fetch = (resource, options) => {
    const { pathname } = new URL(resource.url ?? resource, location.href);
    if (pathname.endsWith("/queue/join")) return persistent(new Request(resource, options));
    if (pathname.endsWith("/queue/data")) return unbroken(new Request(resource, options));
    return ask(resource, options);
  };

  // While something waits to be asked again, asking means just that, and the question stays as it is.
  function hold(event) {
    const asks = event.target.closest("#send, #start-over, [data-question], [data-switch]");
    const enters = event.type === "keydown" && event.key === "Enter" && event.target.closest("#question");
    if (!trouble || !(event.type === "click" ? asks : enters)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (waiting.length) resumeAll();
  }
  document.addEventListener("click", hold, true);
  document.addEventListener("keydown", hold, true);
  document.addEventListener("beforeinput", (event) => {
    if (trouble && event.target.closest("#question")) event.preventDefault();
  }, true);
})();
