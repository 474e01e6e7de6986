import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { ledger, newKey } from './gateway.mjs';
import { picture } from './picture.mjs';

const clientOf = ({ key }) => new OpenAI({ apiKey: key, maxRetries: 0 });
const image = (width, height, detail) => ({ type: 'input_image', image_url: picture(width, height), detail: detail ?? 'auto' });
const weather = { type: 'function', name: 'weather', parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] }, strict: false };

test('response is made and billed once', async () => {
  const key = await newKey();
  const response = await clientOf(key).responses.create({ model: 'gpt-4o', input: 'Hello there', instructions: 'Be brief.' });

  assert.equal(response.object, 'response');
  assert.equal(response.model, 'gpt-4o');
  assert.equal(response.status, 'completed');
  assert.equal(response.output_text, "You asked 'Hello there' and sent 0 images.");
  const [row, ...more] = await ledger(key);
  assert.deepEqual(more, []);
  assert.equal(row.endpoint, '/v1/responses');
  assert.equal(row.prompt_tokens, response.usage.input_tokens);
  assert.equal(row.completion_tokens, response.usage.output_tokens);
  assert.equal(row.request_id, response._request_id);
});

test('stream of events ends with the whole response', async () => {
  const key = await newKey();
  const stream = await clientOf(key).responses.create({ model: 'gpt-4o', input: 'Tell me', stream: true });
  let text = '';
  let last;
  let number = 0;
  for await (const event of stream) {
    assert.equal(event.sequence_number, number++);
    text += event.type === 'response.output_text.delta' ? event.delta : '';
    last = event;
  }

  assert.equal(text, "You asked 'Tell me' and sent 0 images.");
  assert.equal(last.type, 'response.completed');
  assert.equal(last.response.model, 'gpt-4o');
  const [row] = await ledger(key);
  assert.equal(row.stream, true);
  assert.equal(row.completion_tokens, last.response.usage.output_tokens);
});

test('stream helper gathers the final response', async () => {
  const key = await newKey();
  const deltas = [];
  const stream = clientOf(key).responses.stream({ model: 'gpt-4o', input: 'Tell me' }).on('response.output_text.delta', (event) => deltas.push(event.delta));
  const final = await stream.finalResponse();

  assert.equal(final.output_text, "You asked 'Tell me' and sent 0 images.");
  assert.equal(deltas.join(''), final.output_text);
});

test('parsed output fits its schema', async () => {
  const key = await newKey();
  const schema = { type: 'object', properties: { city: { type: 'string' }, degrees: { type: 'integer' } }, required: ['city', 'degrees'], additionalProperties: false };
  const response = await clientOf(key).responses.parse({
    model: 'weather', input: 'How is it in Oslo?', text: { format: { type: 'json_schema', name: 'weather', schema, strict: true } },
  });

  assert.deepEqual(JSON.parse(response.output_text), { city: 'Oslo', degrees: 7 });
});

test('tool makes its round trip with a picture in its output', async () => {
  const key = await newKey();
  const client = clientOf(key);
  const asked = await client.responses.create({ model: 'gpt-4o', input: '[[tool]]What does it look like?', tools: [weather] });
  const call = asked.output.find((item) => item.type === 'function_call');
  assert.equal(call.name, 'weather');
  assert.ok(JSON.parse(call.arguments).query);

  const told = await client.responses.create({
    model: 'gpt-4o', tools: [weather], previous_response_id: asked.id,
    input: [{ type: 'function_call_output', call_id: call.call_id, output: [{ type: 'input_text', text: 'Like this:' }, image(1024, 1024)] }],
  });

  assert.equal(told.status, 'completed');
  const [row] = await ledger(key);
  assert.equal(row.image_tokens_estimated, 765);
});

test('pictures are counted each at its own detail', async () => {
  const key = await newKey();
  await clientOf(key).responses.create({
    model: 'gpt-4o',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Compare' }, image(2048, 4096, 'high'), image(2048, 4096, 'low')] }],
  });

  const [row] = await ledger(key);
  assert.equal(row.images, 2);
  assert.equal(row.image_tokens_estimated, 1105 + 85);
});

test('input tokens are counted without a charge', async () => {
  const key = await newKey();
  const client = clientOf(key);
  const count = await client.responses.inputTokens.count({ model: 'gpt-4o', input: 'Hello, how are you?' });

  assert.deepEqual({ ...count }, { object: 'response.input_tokens', input_tokens: 12 });
  assert.deepEqual(await ledger(key), []);
});

test('stored response is read and deleted by its tenant', async () => {
  const key = await newKey();
  const client = clientOf(key);
  const made = await client.responses.create({ model: 'gpt-4o', input: 'Keep this' });

  assert.equal((await client.responses.retrieve(made.id)).output_text, made.output_text);
  const items = await client.responses.inputItems.list(made.id);
  assert.equal(items.data[0].content[0].text, 'Keep this');
  await client.responses.delete(made.id);
  await assert.rejects(client.responses.retrieve(made.id), (error) => error instanceof OpenAI.NotFoundError);
});

test('unknown response to go on from is 404', async () => {
  const client = clientOf(await newKey());
  await assert.rejects(
    client.responses.create({ model: 'gpt-4o', input: 'And?', previous_response_id: 'resp_nobody' }),
    (error) => error instanceof OpenAI.NotFoundError && error.code === 'previous_response_not_found' && error.param === 'previous_response_id',
  );
});

test('hosted tool is refused by name', async () => {
  const key = await newKey();
  await assert.rejects(
    clientOf(key).responses.create({ model: 'gpt-4o', input: 'Search', tools: [{ type: 'web_search' }] }),
    (error) => error instanceof OpenAI.BadRequestError && error.code === 'unsupported_parameter' && error.param === 'tools[0]',
  );
  assert.deepEqual(await ledger(key), []);
});

test('failure in mid stream reaches the client as an error event', async () => {
  const key = await newKey();
  const stream = await clientOf(key).responses.create({ model: 'gpt-4o', input: '[[stream_error=2]]Tell me', stream: true });
  const events = [];
  for await (const event of stream) {
    events.push(event);
  }

  assert.equal(events.at(-1).type, 'error');
  assert.equal(events.at(-1).code, 'provider_error');
  const [row] = await ledger(key);
  assert.equal(row.outcome, 'upstream_failed');
});

test('aborted stream leaves exactly one row', async () => {
  const key = await newKey();
  const stream = await clientOf(key).responses.create({ model: 'gpt-4o', input: '[[tokens=200;pace=20ms]]Go on', stream: true });
  let seen = 0;
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta' && ++seen === 5) {
      stream.controller.abort();
    }
  }

  const [row, ...more] = await ledger(key, 1);
  assert.deepEqual(more, []);
  assert.equal(row.outcome, 'client_disconnected');
  assert.ok(row.amount_nano_usd > 0);
});
