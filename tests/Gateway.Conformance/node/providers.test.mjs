import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { ledger, newKey } from './gateway.mjs';
import { picture } from './picture.mjs';

// The same cases whichever provider answers: which one that is, is for the environment to say.
const { GATEWAY_MODEL: model, GATEWAY_FAILING_MODEL: failing } = process.env;
const clientOf = ({ key }) => new OpenAI({ apiKey: key, maxRetries: 0 });
const ask = (content, more = {}) => ({ model, messages: [{ role: 'user', content }], ...more });
const thrownBy = async (act) => {
  const error = await act().then(() => undefined, (thrown) => thrown);
  assert.ok(error, 'nothing was thrown');
  return error;
};

const tools = ['describe', 'look_up'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: { query: { type: 'string' } } } },
}));

// Nano-dollars: 2.50 dollars a million tokens in, 10 dollars out.
const cost = ({ prompt_tokens, completion_tokens }) => prompt_tokens * 2500 + completion_tokens * 10_000;

async function theRow(key) {
  const [row, ...more] = await ledger(key, 1);
  assert.deepEqual(more, []);
  return row;
}

async function assertBilled(key, usage, more = {}) {
  const row = await theRow(key);
  assert.deepEqual(
    { outcome: row.outcome, model: row.model, source: row.usage_source, prompt: row.prompt_tokens, completion: row.completion_tokens, amount: row.amount_nano_usd },
    { outcome: 'completed', model, source: 'provider', prompt: usage.prompt_tokens, completion: usage.completion_tokens, amount: cost(usage), ...more });
  return row;
}

async function assertFree(key) {
  const row = await theRow(key);
  assert.equal(row.outcome, 'upstream_failed');
  assert.equal(row.amount_nano_usd, 0);
}

async function gather(stream) {
  const chunks = [];
  for await (const chunk of stream) {
    assert.ok(chunk.choices.length <= 1);
    // Azure's first chunk tells of the prompt alone, and leaves the rest empty.
    if (chunk.choices.length > 0) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      assert.equal(chunk.model, model);
      assert.equal(chunk.id, chunks.find((each) => each.choices.length > 0)?.id ?? chunk.id);
    }

    chunks.push(chunk);
  }

  const deltas = chunks.flatMap(({ choices }) => choices);
  return {
    chunks,
    text: deltas.map(({ delta }) => delta.content ?? '').join(''),
    finishes: deltas.map(({ finish_reason }) => finish_reason).filter(Boolean),
    usages: chunks.map(({ usage }) => usage).filter(Boolean),
  };
}

test('question is answered and billed', async () => {
  const key = await newKey();
  const answer = await clientOf(key).chat.completions.create(ask('[[prompt_tokens=90;completion_tokens=12]]Hello there'));

  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.model, model);
  const [{ index, message, finish_reason }, ...more] = answer.choices;
  assert.deepEqual(more, []);
  assert.deepEqual([index, message.role, message.content, finish_reason], [0, 'assistant', "You asked 'Hello there' and sent 0 images.", 'stop']);
  const { prompt_tokens, completion_tokens, total_tokens } = answer.usage;
  assert.deepEqual([prompt_tokens, completion_tokens, total_tokens], [90, 12, 102]);
  const row = await assertBilled(key, answer.usage, { prompt: 90, completion: 12 });
  assert.equal(row.request_id, answer._request_id);
  assert.equal(row.stream, false);
});

test('parts of the usage are told and billed as parts', async () => {
  const key = await newKey();
  const answer = await clientOf(key).chat.completions.create(ask('[[prompt_tokens=90;cached_tokens=50;completion_tokens=40;reasoning_tokens=15]]Think'));

  assert.equal(answer.usage.prompt_tokens_details.cached_tokens, 50);
  assert.equal(answer.usage.completion_tokens_details.reasoning_tokens, 15);
  const row = await assertBilled(key, answer.usage, { prompt: 90, completion: 40 });
  assert.deepEqual([row.cached_tokens, row.reasoning_tokens], [50, 15]);
});

test('maximum cuts the answer', async () => {
  const answer = await clientOf(await newKey()).chat.completions.create(ask('[[tokens=50]]', { max_completion_tokens: 3 }));

  assert.equal(answer.choices[0].message.content, 'The picture shows');
  assert.equal(answer.choices[0].finish_reason, 'length');
});

test('stream arrives whole and without usage', async () => {
  const key = await newKey();
  const read = await gather(await clientOf(key).chat.completions.create(ask('[[prompt_tokens=90;text=Boats in a harbour]]', { stream: true })));

  assert.equal(read.text, 'Boats in a harbour');
  assert.deepEqual(read.finishes, ['stop']);
  assert.deepEqual(read.usages, []);
  const row = await assertBilled(key, { prompt_tokens: 90, completion_tokens: 4 });
  assert.equal(row.stream, true);
});

test('stream with usage ends with it', async () => {
  const key = await newKey();
  const read = await gather(await clientOf(key).chat.completions.create(
    ask('[[prompt_tokens=90;text=Boats in a harbour]]', { stream: true, stream_options: { include_usage: true } })));

  assert.equal(read.usages.length, 1);
  const last = read.chunks.at(-1);
  assert.deepEqual(last.choices, []);
  assert.deepEqual([last.usage.prompt_tokens, last.usage.completion_tokens, last.usage.total_tokens], [90, 4, 94]);
  await assertBilled(key, last.usage);
});

test('stream helper gathers the final completion', async () => {
  const key = await newKey();
  const final = await clientOf(key).chat.completions.stream(ask('Tell me', { stream_options: { include_usage: true } })).finalChatCompletion();

  assert.equal(final.choices[0].message.content, "You asked 'Tell me' and sent 0 images.");
  assert.equal(final.choices[0].finish_reason, 'stop');
  await assertBilled(key, final.usage);
});

test('parallel tool calls make their round trip', async () => {
  const key = await newKey();
  const { completions } = clientOf(key).chat;
  const { messages } = ask('[[tool=2]]What is there?');
  const call = await completions.create({ model, messages, tools, parallel_tool_calls: true });

  const { message, finish_reason } = call.choices[0];
  assert.equal(finish_reason, 'tool_calls');
  assert.deepEqual(message.tool_calls.map((each) => [each.type, each.function.name, JSON.parse(each.function.arguments).call]), [
    ['function', 'describe', 1], ['function', 'look_up', 2],
  ]);
  assert.equal(new Set(message.tool_calls.map(({ id }) => id)).size, 2);

  messages.push(message, ...message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'A harbour.' })), { role: 'user', content: 'And now?' });
  const answer = await completions.create({ model, messages, tools });

  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.equal(answer.choices[0].message.content, "You asked 'And now?' and sent 0 images.");
  const rows = await ledger(key, 2);
  assert.deepEqual(rows.map((row) => row.amount_nano_usd), [cost(answer.usage), cost(call.usage)]);
});

test('parallel tool calls are streamed and make their round trip', async () => {
  const key = await newKey();
  const { completions } = clientOf(key).chat;
  const { messages } = ask('[[tool=2]]What is there?');
  const call = await completions.stream({ model, messages, tools, stream_options: { include_usage: true } }).finalChatCompletion();

  const { message, finish_reason } = call.choices[0];
  assert.equal(finish_reason, 'tool_calls');
  assert.deepEqual(message.tool_calls.map((each) => [each.function.name, JSON.parse(each.function.arguments).call]), [['describe', 1], ['look_up', 2]]);
  await assertBilled(key, call.usage);

  messages.push(message, ...message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'A harbour.' })), { role: 'user', content: 'And now?' });
  const answer = await completions.create({ model, messages, tools });
  assert.equal(answer.choices[0].message.content, "You asked 'And now?' and sent 0 images.");
});

test('choice of a tool is kept to', async () => {
  const call = await clientOf(await newKey()).chat.completions.create(
    ask('What is there?', { tools, tool_choice: { type: 'function', function: { name: 'look_up' } } }));

  assert.deepEqual(call.choices[0].message.tool_calls.map((each) => each.function.name), ['look_up']);
});

test('images are seen and counted', async () => {
  const key = await newKey();
  const image = (width, height, detail) => ({ type: 'image_url', image_url: { url: picture(width, height), detail } });
  const answer = await clientOf(key).chat.completions.create(ask([{ type: 'text', text: 'Compare' }, image(1024, 1024, 'high'), image(512, 512, 'low')]));

  assert.equal(answer.choices[0].message.content, "You asked 'Compare' and sent 2 images.");
  const row = await assertBilled(key, answer.usage);
  assert.equal(row.images, 2);
  assert.equal(row.image_tokens_estimated, 765 + 85);
});

test('structured output fits its schema', async () => {
  const key = await newKey();
  const schema = { type: 'object', properties: { city: { type: 'string' }, degrees: { type: 'integer' } }, required: ['city', 'degrees'], additionalProperties: false };
  const answer = await clientOf(key).chat.completions.parse(
    ask('Weather?', { response_format: { type: 'json_schema', json_schema: { name: 'weather', strict: true, schema } } }));

  assert.deepEqual(JSON.parse(answer.choices[0].message.content), { city: 'sample', degrees: 0 });
  await assertBilled(key, answer.usage);
});

test('aborted stream leaves exactly one row', async () => {
  const key = await newKey();
  const stream = await clientOf(key).chat.completions.create(ask('[[tokens=200;pace=20ms]]Go on', { stream: true }));
  let seen = 0;
  for await (const chunk of stream) {
    assert.ok(chunk.choices);
    if (++seen === 5) {
      stream.controller.abort();
    }
  }

  const row = await theRow(key);
  assert.equal(row.outcome, 'client_disconnected');
  assert.equal(row.amount_nano_usd, cost(row));
  assert.ok(row.completion_tokens > 0);
});

test('request that the provider refuses is 400 and free', async () => {
  const key = await newKey();
  for (const stream of [false, true]) {
    const error = await thrownBy(() => clientOf(key).chat.completions.create(ask('[[status=400]]', { stream })));
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.type, 'invalid_request_error');
    assert.match(error.requestID, /^req_/);
  }

  assert.deepEqual((await ledger(key, 2)).map((row) => row.amount_nano_usd), [0, 0]);
});

test('wrong key of the client is 401', async () => {
  const error = await thrownBy(() => clientOf({ key: 'sk-gw-0000000000000000000000000000000000000000000000000' }).chat.completions.create(ask('Hello')));

  assert.ok(error instanceof OpenAI.AuthenticationError);
  assert.equal(error.code, 'invalid_api_key');
});

test('failure in mid stream reaches the client as an error', async () => {
  const key = await newKey();
  const stream = await clientOf(key).chat.completions.create({ ...ask('[[tokens=10;stream_error=4]]Go on', { stream: true }), model: failing });
  let text = '';
  const error = await thrownBy(async () => {
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
  });

  assert.ok(error instanceof OpenAI.APIError);
  assert.equal(error.code, 'provider_error');
  assert.equal(text, 'The picture shows a');
  const row = await theRow(key);
  assert.equal(row.outcome, 'upstream_failed');
  assert.ok(row.completion_tokens > 0);
  assert.equal(row.amount_nano_usd, cost(row));
});

test('key of the gateway that is refused is told as such', async () => {
  const key = await newKey();
  const error = await thrownBy(() => clientOf(key).chat.completions.create({ ...ask('[[status=401]]'), model: failing }));

  assert.ok(error instanceof OpenAI.InternalServerError);
  assert.deepEqual([error.status, error.code], [502, 'provider_authentication_failed']);
  await assertFree(key);
});

test('rate limit of the provider is told with when to come back', async () => {
  const key = await newKey();
  const error = await thrownBy(() => clientOf(key).chat.completions.create({ ...ask('[[status=429;retry_after=7]]'), model: failing }));

  assert.ok(error instanceof OpenAI.RateLimitError);
  assert.equal(error.code, 'rate_limit_exceeded');
  assert.equal(error.headers.get('retry-after'), '7');
  assert.equal(error.headers.get('retry-after-ms'), '7000');
  await assertFree(key);
});

test('failure of the provider is one of the server and free', async () => {
  for (const [status, told] of [[500, 502], [503, 503]]) {
    for (const stream of [false, true]) {
      const key = await newKey();
      const error = await thrownBy(() => clientOf(key).chat.completions.create({ ...ask(`[[status=${status}]]`, { stream }), model: failing }));
      assert.ok(error instanceof OpenAI.InternalServerError);
      assert.deepEqual([error.status, error.code], [told, 'provider_error']);
      await assertFree(key);
    }
  }
});
