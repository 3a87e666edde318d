/* Asks an address again and again, after growing pauses, until `show` says that the end is reached.
   Rests while the page is hidden, and ends when `place` has left the page, when `giveUpAfter` is
   over, or when the person may not ask (any more). All times are in milliseconds. */

const TIMEOUT = 10000;
const NOT_FOR_THIS_PERSON = [401, 403, 404];

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}

async function ask(address, accept) {
  const answer = await fetch(address, {
    credentials: "same-origin",
    headers: { Accept: accept },
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (NOT_FOR_THIS_PERSON.includes(answer.status)) return null;
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer;
}

export async function poll(place, { address, accept, pauses, giveUpAfter, show }) {
  const until = Date.now() + giveUpAfter;
  let wait = pauses.first;
  while (place.isConnected && Date.now() < until) {
    try {
      const answer = await ask(address, accept);
      if (answer === null || (await show(answer))) return;
    } catch {
      // The catalogue itself is away for a moment: what the page says stays as it is.
    }
    await pause(wait);
    await visible();
    wait = Math.min(wait * pauses.growth, pauses.longest);
  }
}
