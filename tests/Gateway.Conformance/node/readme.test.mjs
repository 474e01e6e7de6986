// What the clients' own READMEs show beside plain questions: raw answers, timeouts, tries, helpers, and calls that nothing here serves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { generateText, Output, stepCountIs, tool, ToolLoopAgent } from 'ai';
import OpenAI, { toFile } from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { ledger, newKey } from './gateway.mjs';
import { picture } from './picture.mjs';

const root = process.env.OPENAI_BASE_URL.replace(/\/v1\/?$/, '');
const clientOf = ({ key }, more = {}) => new OpenAI({ apiKey: key, ...more });
const claudeOf = ({ key }, more = {}) => new Anthropic({ apiKey: key, baseURL: root, ...more });
const user = (content) => [{ role: 'user', content }];
const weather = z.object({ city: z.string(), degrees: z.number().int() });
const thrownBy = async (act) => {
  const error = await Promise.resolve().then(act).then(() => undefined, (thrown) => thrown);
  assert.ok(error, 'nothing was thrown');
  return error;
};

// One call of each resource that is not served.
const unserved = {
  assistants: (client) => client.beta.assistants.list(),
  threads: (client) => client.beta.threads.create({}),
  batches: (client) => client.batches.create({ input_file_id: 'file-1', endpoint: '/v1/chat/completions', completion_window: '24h' }),
  'batches, listed': (client) => client.batches.list(),
  'fine-tuning': (client) => client.fineTuning.jobs.create({ model: 'gpt-4o', training_file: 'file-1' }),
  'fine-tuning, page by page': async (client) => {
    for await (const job of client.fineTuning.jobs.list({ limit: 20 })) {
      assert.fail(`There is a job ${job.id}.`);
    }
  },
  'vector stores': (client) => client.vectorStores.create({ name: 'x' }),
  realtime: (client) => client.realtime.clientSecrets.create({}),
  uploads: (client) => client.uploads.create({ bytes: 1, filename: 'x', mime_type: 'text/plain', purpose: 'user_data' }),
  conversations: (client) => client.conversations.create({}),
  containers: (client) => client.containers.list(),
  evals: (client) => client.evals.list(),
  videos: (client) => client.videos.list(),
  'any path': (client) => client.post('/some/path', { body: { some_prop: 'foo' }, query: { some_query_arg: 'bar' } }),
};

test('calls that are not served are 404 at once and free', async () => {
  const key = await newKey();
  const paths = [];
  const client = clientOf(key, { fetch: (url, init) => (paths.push(`${init.method.toUpperCase()} ${new URL(url).pathname}`), fetch(url, init)) });
  for (const [name, call] of Object.entries(unserved)) {
    paths.length = 0;
    const error = await thrownBy(() => call(client));

    assert.ok(error instanceof OpenAI.NotFoundError, `${name}: ${error}`);
    assert.deepEqual([error.status, error.type, error.code, error.param], [404, 'invalid_request_error', null, null], name);
    assert.deepEqual(paths.length, 1, name);
    assert.equal(error.message, `404 Invalid URL (${paths[0]})`, name);
    assert.match(error.requestID, /^req_/, name);
  }

  assert.deepEqual(await ledger(key), []);
});

test('calls of Anthropic that are not served are 404 of its own form', async () => {
  const client = claudeOf(await newKey());
  for (const call of [() => client.messages.batches.list(), () => client.post('/v1/some/path', { body: {} })]) {
    const error = await thrownBy(call);

    assert.ok(error instanceof Anthropic.NotFoundError, String(error));
    assert.equal(error.error.type, 'error');
    assert.equal(error.error.error.type, 'not_found_error');
    assert.match(error.error.error.message, /^Invalid URL \(/);
  }
});

test('raw answer is had before its body and beside the parsed one', async () => {
  const key = await newKey();
  const raw = await clientOf(key).responses.create({ model: 'gpt-4o', input: 'say this is a test' }).asResponse();
  const { data, response, request_id } = await clientOf(key).responses.create({ model: 'gpt-4o', input: 'say this is a test' }).withResponse();

  assert.equal(raw.status, 200);
  assert.match(raw.headers.get('x-request-id'), /^req_/);
  assert.equal((await raw.json()).object, 'response');
  assert.equal(response.headers.get('x-request-id'), request_id);
  assert.equal(data._request_id, request_id);
  assert.deepEqual((await ledger(key, 2)).map((row) => row.request_id), [request_id, raw.headers.get('x-request-id')]);
});

test('stream has its request id before its first event', async () => {
  const key = await newKey();
  const { data: stream, request_id } = await clientOf(key).responses.create({ model: 'gpt-4o', input: 'Say this is a test', stream: true }).withResponse();
  const types = [];
  for await (const event of stream) {
    types.push(event.type);
  }

  assert.equal(types.at(-1), 'response.completed');
  assert.equal((await ledger(key, 1))[0].request_id, request_id);
});

test('client that waits no longer tries again and each try has its row', async () => {
  const key = await newKey();
  const error = await thrownBy(() => clientOf(key, { timeout: 400, maxRetries: 1 }).chat.completions.create({ model: 'gpt-4o', messages: user('[[first_byte=3s]]How are you?') }));

  assert.ok(error instanceof OpenAI.APIConnectionTimeoutError, String(error));
  const rows = await ledger(key, 2);
  assert.deepEqual(rows.map((row) => row.outcome), ['client_disconnected', 'client_disconnected']);
});

test('number of tries is that of the client and of the call', async () => {
  const tries = async (options, more) => {
    let count = 0;
    const client = clientOf(await newKey(), { ...options, fetch: (url, init) => (count++, fetch(url, init)) });
    const error = await thrownBy(() => client.chat.completions.create({ model: 'gpt-4o', messages: user('[[status=500]]Hello') }, more));
    assert.ok(error instanceof OpenAI.InternalServerError, String(error));
    return count;
  };

  assert.equal(await tries({ maxRetries: 0 }), 1);
  assert.equal(await tries({ maxRetries: 0 }, { maxRetries: 1 }), 2);
});

test('parameters that nobody knows go on', async () => {
  const answer = await clientOf(await newKey()).chat.completions.create({ model: 'gpt-4o', messages: user('Hello'), baz: 'undocumented option' });

  assert.equal(answer.choices[0].finish_reason, 'stop');
});

test('organization and project may be named', async () => {
  const answer = await clientOf(await newKey(), { organization: 'org-1', project: 'proj_1', defaultHeaders: { 'x-nobody-knows': '1' } }).models.list();

  assert.ok(answer.data.length > 0);
});

test('schema of zod is kept to by chat and responses', async () => {
  const client = clientOf(await newKey());
  const chat = await client.chat.completions.parse({ model: 'weather', messages: user('How is it in Oslo?'), response_format: zodResponseFormat(weather, 'weather') });
  const response = await client.responses.parse({ model: 'weather', input: 'How is it in Oslo?', text: { format: zodTextFormat(weather, 'weather') } });

  assert.deepEqual(chat.choices[0].message.parsed, { city: 'Oslo', degrees: 7 });
  assert.deepEqual(response.output_parsed, { city: 'Oslo', degrees: 7 });
});

test('client runs the tools itself', async () => {
  const key = await newKey();
  const asked = [];
  const look = (query) => (asked.push(query), 'A harbour.');
  const parameters = { type: 'object', properties: { query: { type: 'string' } } };
  const runner = clientOf(key).chat.completions.runTools(
    { model: 'gpt-4o', messages: user('[[tool=1]]What is there?'), tools: [{ type: 'function', function: { name: 'look', function: look, parse: JSON.parse, parameters } }] },
    { maxChatCompletions: 2 });
  await runner.done();

  assert.deepEqual(runner.messages.slice(0, 3).map((message) => message.role), ['user', 'assistant', 'tool']);
  assert.ok(asked[0].query);
  assert.equal((await ledger(key, 2)).length, 2);
});

test('client of Anthropic runs the tools itself', async () => {
  const key = await newKey();
  const asked = [];
  const look = betaTool({
    name: 'look', description: 'Looks', inputSchema: { type: 'object', properties: { query: { type: 'string' } } }, run: (query) => (asked.push(query), 'A harbour.'),
  });
  const runner = claudeOf(key).beta.messages.toolRunner({ model: 'gpt-4o', max_tokens: 100, messages: user('[[tool=1]]What is there?'), tools: [look], max_iterations: 2 });
  const stops = [];
  for await (const message of runner) {
    stops.push(message.stop_reason);
  }

  assert.equal(stops[0], 'tool_use');
  assert.ok(asked[0].query);
  assert.equal((await ledger(key, 2)).length, 2);
});

test('agent of the ai package runs its tools', async () => {
  const key = await newKey();
  const asked = [];
  const look = tool({ description: 'Looks', inputSchema: z.object({ query: z.string(), call: z.number() }), execute: ({ query }) => (asked.push(query), 'A harbour.') });
  const agent = new ToolLoopAgent({ model: createOpenAI({ apiKey: key.key, baseURL: `${root}/v1` })('gpt-4o'), instructions: 'Be brief.', tools: { look }, stopWhen: stepCountIs(2) });
  const { steps } = await agent.generate({ prompt: '[[tool=1]]What is there?' });

  assert.equal(steps.length, 2);
  assert.ok(asked[0]);
  assert.deepEqual((await ledger(key, 2)).map((row) => row.endpoint), ['/v1/responses', '/v1/responses']);
});

test('output of the ai package fits its schema of zod', async () => {
  const { key } = await newKey();
  const { output } = await generateText({ model: createOpenAI({ apiKey: key, baseURL: `${root}/v1` })('weather'), output: Output.object({ schema: weather }), prompt: 'How is it in Oslo?' });

  assert.deepEqual(output, { city: 'Oslo', degrees: 7 });
});

test('file that is no picture and a purpose that nothing here serves are refused by name', async () => {
  const client = clientOf(await newKey());
  const refused = async (file, param) => {
    const error = await thrownBy(() => client.files.create({ file, purpose: 'fine-tune' }));
    assert.ok(error instanceof OpenAI.BadRequestError, String(error));
    assert.equal(error.param, param);
  };

  await refused(new File(['my bytes'], 'input.jsonl'), 'file');
  await refused(await toFile(Buffer.from('my bytes'), 'input.jsonl'), 'file');
  await refused(await toFile(new Uint8Array([0, 1, 2]), 'input.jsonl'), 'file');
  await refused(await toFile(Buffer.from(picture(16, 16).split(',')[1], 'base64'), 'input.png'), 'purpose');
});

test('raw answer of Anthropic is had beside the parsed one', async () => {
  const key = await newKey();
  const { data, response, request_id } = await claudeOf(key).messages.create({ model: 'gpt-4o', max_tokens: 50, messages: user('Hello') }).withResponse();
  const raw = await claudeOf(key).messages.create({ model: 'gpt-4o', max_tokens: 50, messages: user('Hello') }).asResponse();

  assert.equal(response.headers.get('request-id'), request_id);
  assert.equal(data._request_id, request_id);
  assert.equal((await raw.json()).type, 'message');
});

test('models are paged through by both clients', async () => {
  const key = await newKey();
  const own = [];
  for await (const model of claudeOf(key).models.list()) {
    own.push(model.id);
  }

  const page = await clientOf(key).models.list();
  assert.equal(page.hasNextPage(), false);
  assert.deepEqual(page.data.map(({ id }) => id).sort(), own.sort());
});

test('one picture weighs the same to each client', async () => {
  const key = await newKey();
  const url = picture(1024, 1024);
  const client = clientOf(key);
  await client.chat.completions.create({ model: 'gpt-4o', messages: user([{ type: 'text', text: 'What?' }, { type: 'image_url', image_url: { url } }]) });
  await client.responses.create({ model: 'gpt-4o', input: user([{ type: 'input_text', text: 'What?' }, { type: 'input_image', image_url: url, detail: 'auto' }]) });
  await claudeOf(key).messages.create({
    model: 'gpt-4o', max_tokens: 50, messages: user([{ type: 'text', text: 'What?' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: url.split(',')[1] } }]),
  });

  const rows = await ledger(key, 3);
  assert.deepEqual(rows.map((row) => [row.endpoint, row.images, row.image_tokens_estimated]), [
    ['/v1/messages', 1, 765], ['/v1/responses', 1, 765], ['/v1/chat/completions', 1, 765],
  ]);
});
