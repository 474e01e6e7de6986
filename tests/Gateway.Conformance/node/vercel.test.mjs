import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { embed, embedMany, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import { ledger, newKey } from './gateway.mjs';
import { picture } from './picture.mjs';

const baseURL = process.env.OPENAI_BASE_URL.replace(/\/$/, '');
const providerOf = ({ key }) => createOpenAI({ apiKey: key, baseURL });
const city = jsonSchema({ type: 'object', properties: { query: { type: 'string' }, call: { type: 'integer' } }, required: ['query', 'call'], additionalProperties: false });
const bytesOf = (url) => Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');

const textIsGeneratedAndBilled = async (kind) => {
  const key = await newKey();
  const { text, usage, finishReason } = await generateText({ model: providerOf(key)[kind]('gpt-4o'), prompt: 'Hello there' });

  assert.equal(text, "You asked 'Hello there' and sent 0 images.");
  assert.equal(finishReason, 'stop');
  const [row, ...more] = await ledger(key);
  assert.deepEqual(more, []);
  assert.equal(row.endpoint, kind === 'chat' ? '/v1/chat/completions' : '/v1/responses');
  assert.equal(row.prompt_tokens, usage.inputTokens);
  assert.equal(row.completion_tokens, usage.outputTokens);
};

const textIsStreamed = async (kind) => {
  const key = await newKey();
  const result = streamText({ model: providerOf(key)[kind]('gpt-4o'), prompt: 'Tell me' });
  let text = '';
  for await (const part of result.textStream) {
    text += part;
  }

  assert.equal(text, "You asked 'Tell me' and sent 0 images.");
  assert.equal((await result.usage).outputTokens, 8);
};

const pictureIsCounted = async (kind) => {
  const key = await newKey();
  await generateText({
    model: providerOf(key)[kind]('gpt-4o'),
    messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image', image: bytesOf(picture(1024, 1024)), mediaType: 'image/png' }] }],
  });

  const [row] = await ledger(key);
  assert.equal(row.image_tokens_estimated, 765);
};

const toolMakesItsRoundTrip = async (kind) => {
  const key = await newKey();
  const asked = [];
  const { steps } = await generateText({
    model: providerOf(key)[kind]('gpt-4o'),
    prompt: '[[tool]]How is the weather?',
    tools: { weather: tool({ description: 'Tells the weather', inputSchema: city, execute: (input) => { asked.push(input.query); return 'Fair'; } }) },
    stopWhen: stepCountIs(2),
  });

  assert.equal(steps.length, 2);
  assert.equal(asked[0], 'what the pictures show');
  assert.equal((await ledger(key)).length, 2);
};

const objectFitsItsSchema = async (kind) => {
  const schema = jsonSchema({ type: 'object', properties: { city: { type: 'string' }, degrees: { type: 'integer' } }, required: ['city', 'degrees'], additionalProperties: false });
  const { output } = await generateText({ model: providerOf(await newKey())[kind]('weather'), prompt: 'How is it in Oslo?', output: Output.object({ schema }) });

  assert.deepEqual(output, { city: 'Oslo', degrees: 7 });
};

const refusalHasItsStatusAndMessage = async (kind) => {
  await assert.rejects(
    generateText({ model: providerOf(await newKey())[kind]('nobody'), prompt: 'Hello', maxRetries: 0 }),
    (error) => error.statusCode === 404 && /does not exist/.test(error.message),
  );
};

test('chat: text is generated and billed', () => textIsGeneratedAndBilled('chat'));
test('chat: text is streamed', () => textIsStreamed('chat'));
test('chat: picture is counted', () => pictureIsCounted('chat'));
test('chat: tool makes its round trip', () => toolMakesItsRoundTrip('chat'));
test('chat: object fits its schema', () => objectFitsItsSchema('chat'));
test('chat: refusal has its status and message', () => refusalHasItsStatusAndMessage('chat'));
test('responses: text is generated and billed', () => textIsGeneratedAndBilled('responses'));
test('responses: text is streamed', () => textIsStreamed('responses'));
test('responses: picture is counted', () => pictureIsCounted('responses'));
test('responses: tool makes its round trip', () => toolMakesItsRoundTrip('responses'));
test('responses: object fits its schema', () => objectFitsItsSchema('responses'));
test('responses: refusal has its status and message', () => refusalHasItsStatusAndMessage('responses'));

test('embedding: a value is embedded and billed', async () => {
  const key = await newKey();
  const { embedding, usage } = await embed({ model: providerOf(key).embedding('text-embedding-3-small'), value: 'Hello there' });

  assert.equal(embedding.length, 1536);
  const [row, ...more] = await ledger(key);
  assert.deepEqual(more, []);
  assert.equal(row.endpoint, '/v1/embeddings');
  assert.equal(row.prompt_tokens, usage.tokens);
});

test('embedding: values are embedded in their order', async () => {
  const key = await newKey();
  const model = providerOf(key).embedding('text-embedding-3-small');
  const { embeddings, usage } = await embedMany({ model, values: ['one', 'two', 'one'], providerOptions: { openai: { dimensions: 12 } } });

  assert.deepEqual(embeddings.map((vector) => vector.length), [12, 12, 12]);
  assert.deepEqual(embeddings[0], embeddings[2]);
  assert.notDeepEqual(embeddings[0], embeddings[1]);
  assert.equal((await ledger(key)).reduce((sum, row) => sum + row.prompt_tokens, 0), usage.tokens);
});

test('completion: text is generated and streamed', async () => {
  const key = await newKey();
  const model = providerOf(key).completion('gpt-3.5-turbo-instruct');
  const { text } = await generateText({ model, prompt: 'Hello' });
  const streamed = streamText({ model, prompt: 'Hello' });
  let all = '';
  for await (const part of streamed.textStream) {
    all += part;
  }

  assert.match(text, /^You asked/);
  assert.equal(all, text);
  assert.deepEqual((await ledger(key, 2)).map((row) => row.endpoint), ['/v1/completions', '/v1/completions']);
});
