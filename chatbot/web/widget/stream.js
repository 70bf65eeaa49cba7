// Asking the service: the answer comes as server-sent events, and whatever can go wrong has a name.

// Milliseconds without a sign of life; the service itself gives up earlier.
const SILENCE = 45_000;

/** Why a question was not answered; `kind` names the phrase that says so. */
class Trouble extends Error {
  constructor(kind, details) {
    super(kind);
    this.kind = kind;
    Object.assign(this, details);
  }
}

function post(service, path, body, signal) {
  return fetch(service + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    signal,
  });
}

/** Yields `{event, data}` until the answer is there; throws a `Trouble`. */
async function* ask(service, request, stop) {
  const silence = new AbortController();
  const signal = AbortSignal.any([stop, silence.signal]);
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE);
  };
  try {
    heard();
    const response = await reached(service, post(service, "api/ask/stream", request, signal));
    if (!response.ok) throw await refusal(response);
    for await (const { event, data } of events(response.body, heard)) {
      if (event === "error") throw trouble(data.status, data.detail);
      yield { event, data };
      if (event === "answer") return;
    }
    throw new Trouble("broken");
  } catch (error) {
    if (error instanceof Trouble) throw error;
    throw new Trouble(navigator.onLine ? "broken" : "offline");
  } finally {
    clearTimeout(timer);
  }
}

/** The response. Where there is none, a browser does not say why: it may be that the service does not know this site. */
async function reached(service, sent) {
  try {
    return await sent;
  } catch (error) {
    const reachable = (path) => fetch(service + path, { credentials: "omit", cache: "no-store" }).then(() => true, () => false);
    // Every site may read the script, and those that may ask also the rest.
    if (error.name === "AbortError" || !(await reachable("widget.js")) || (await reachable("healthz"))) throw error;
    console.error(`${service} does not answer ${location.origin}. Add it to CHATBOT_ALLOWED_ORIGINS there.`);
    throw new Trouble("refused");
  }
}

async function* events(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const blocks = (text + value).split(/\r?\n\r?\n/);
      text = blocks.pop();
      yield* blocks.map(parsed).filter(({ data }) => data);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parsed(block) {
  const fields = { event: "message", data: "" };
  for (const line of block.split(/\r?\n/)) {
    const [, name, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (name === "data") fields.data += value;
    else if (name === "event") fields.event = value;
  }
  return { event: fields.event, data: fields.data && JSON.parse(fields.data) };
}

async function refusal(response) {
  const { detail } = await response.json().catch(() => ({}));
  return trouble(response.status, detail, Number(response.headers.get("Retry-After")));
}

function trouble(status, detail = "", seconds = 0) {
  if (status === 429) return new Trouble("busy", { seconds: seconds || 3 });
  if (status === 503) return new Trouble("unavailable", { seconds: seconds || 5 });
  if (status === 403) return new Trouble("refused");
  return new Trouble("failure", { reference: /reference (\w+)/.exec(detail)?.[1] ?? status });
}
