import { appendFileSync } from 'node:fs';

// What the cases need of the gateway besides the client under test. All of it comes from the environment.
const { GATEWAY_ADMIN_URL: adminUrl, GATEWAY_ADMIN_KEY: adminKey, GATEWAY_TENANT: tenant, GATEWAY_NOTES: notes } = process.env;

const note = (what) => notes && appendFileSync(notes, `${JSON.stringify(what)}\n`);
const plainFetch = globalThis.fetch;

// What clients say, and the errors they are told, are searched for and searched afterwards.
globalThis.fetch = async (url, init) => {
  if (typeof init?.body === 'string') {
    note({ said: init.body });
  }

  const answer = await plainFetch(url, init);
  if (!answer.ok) {
    note({ error: await answer.clone().text() });
  }

  return answer;
};

async function admin(method, path, body) {
  const answer = await fetch(`${adminUrl}/${path}`, {
    method,
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  }

  return JSON.parse(text);
}

/** A key of its own for a case: `{ id, key }`. */
export async function newKey(more = {}) {
  const made = await admin('POST', `tenants/${tenant}/keys`, { name: 'node', ...more });
  note({ key: made.key });
  return made;
}

/** The rows of a key, newest first, once there are `count`. */
export async function ledger(key, count = 0) {
  const until = performance.now() + 30_000;
  for (;;) {
    const { data } = await admin('GET', `ledger?key=${key.id}&limit=1000`);
    if (data.length >= count) {
      return data;
    }

    if (performance.now() > until) {
      throw new Error(`After 30 s there are ${data.length} rows of ${count}.`);
    }

    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
