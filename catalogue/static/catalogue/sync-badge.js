/* Follows a layer on its way to Solr: `<span data-sync-badge="/api/layers/<id>/sync">`.
   Asks again after growing pauses, and rests while the page is hidden. What it says stands, in the
   language of the page, at the script's own element. */

const WORDS = document.querySelector("script[data-sync-words]").dataset;
const LANGUAGE = document.documentElement.lang;

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5000;
const GROWTH = 1.4;
const GIVE_UP_AFTER = 30 * 60 * 1000;
const AT_REST = new Set(["searchable", "parked", "removed"]);
const LOOKS = {
  waiting: "badge--waiting",
  retrying: "badge--bad",
  parked: "badge--bad",
  searchable: "badge--good",
  removed: "badge--good",
};

function seconds(milliseconds) {
  const number = Math.max(milliseconds, 0) / 1000;
  const digits = number < 10 ? 1 : 0;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(LANGUAGE, options).format(number);
}

// Puts values where a text says NAME in capitals.
function filled(text, values) {
  return text.replace(/[A-Z]{4,}/g, (name) => values[name] ?? name);
}

function textOf(sync) {
  if (sync.state === "searchable") {
    const after = Date.parse(sync.searchable_at) - Date.parse(sync.saved_at);
    // A layer that a renamed topic sent again was not saved just then.
    return Number.isFinite(after) && after >= 0 && after < 3600000
      ? filled(WORDS.searchableAfter, { SECONDS: seconds(after) })
      : WORDS.searchable;
  }
  if (sync.state === "retrying") {
    const left = Math.ceil((Date.parse(sync.next_attempt_at) - Date.now()) / 1000);
    const values = { REASON: sync.error, SECONDS: String(left) };
    return filled(left > 0 ? WORDS.retryingIn : WORDS.retryingNow, values);
  }
  if (sync.state === "parked") return filled(WORDS.parked, { REASON: sync.error });
  return sync.state === "removed" ? WORDS.removed : WORDS.waiting;
}

/* A live region is read aloud when its text changes: only then is it written. */
function show(badge, text, state) {
  if (badge.textContent !== text) badge.textContent = text;
  badge.dataset.state = state;
  badge.classList.remove(...Object.values(LOOKS));
  badge.classList.add(LOOKS[state] ?? "badge--waiting");
}

async function ask(address) {
  const answer = await fetch(address, {
    credentials: "same-origin",
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(10000),
  });
  if ([401, 403, 404].includes(answer.status)) return null;
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}

async function follow(badge) {
  const until = Date.now() + GIVE_UP_AFTER;
  let wait = FIRST_PAUSE;
  while (badge.isConnected && Date.now() < until) {
    try {
      const sync = await ask(badge.dataset.syncBadge);
      if (sync === null) return;
      show(badge, textOf(sync), sync.state);
      if (AT_REST.has(sync.state)) return;
    } catch {
      // The catalogue itself is away for a moment: what the badge says stays as it is.
    }
    await pause(wait);
    await visible();
    wait = Math.min(wait * GROWTH, LONGEST_PAUSE);
  }
}

for (const badge of document.querySelectorAll("[data-sync-badge]")) follow(badge);
