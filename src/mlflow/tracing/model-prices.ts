/**
 * What tokens of well-known models cost, in US dollars a million (list prices as MLflow 3.11.1's
 * catalog has them), and the cost of a call by them. Models of other providers have no cost.
 */
import { dumpJson, toFloat } from "../wire/python-dump.ts";

/** `input/output[/cached input read[/cached input written]]`, then the models of that price. */
const PRICES: Readonly<Record<string, string>> = {
  openai: `
    5/15 chatgpt-4o-latest gpt-4o-2024-05-13
    0.5/1.5 gpt-3.5-turbo gpt-3.5-turbo-0125
    1/2 gpt-3.5-turbo-1106
    3/4 gpt-3.5-turbo-16k
    30/60 gpt-4 gpt-4-0314 gpt-4-0613
    10/30 gpt-4-0125-preview gpt-4-1106-preview gpt-4-turbo gpt-4-turbo-preview
    2/8/0.5 gpt-4.1 o3
    0.4/1.6/0.1 gpt-4.1-mini
    0.1/0.4/0.025 gpt-4.1-nano
    2.5/10/1.25 gpt-4o gpt-4o-search-preview
    2.5/10 gpt-4o-audio-preview gpt-audio gpt-audio-1.5
    0.15/0.6/0.075 gpt-4o-mini gpt-4o-mini-search-preview
    0.15/0.6 gpt-4o-mini-audio-preview
    0.6/2.4/0.3 gpt-4o-mini-realtime-preview
    5/20/2.5 gpt-4o-realtime-preview
    1.25/10/0.125 gpt-5 gpt-5-chat gpt-5-chat-latest gpt-5-search-api gpt-5.1
      gpt-5.1-chat-latest
    0.25/2/0.025 gpt-5-mini
    0.05/0.4/0.005 gpt-5-nano
    1.75/14/0.175 gpt-5.2 gpt-5.2-chat-latest gpt-5.3-chat-latest
    2.5/15/0.25 gpt-5.4
    0.75/4.5/0.075 gpt-5.4-mini
    0.2/1.25/0.02 gpt-5.4-nano
    0.6/2.4 gpt-audio-mini gpt-realtime-mini
    4/16/0.4 gpt-realtime gpt-realtime-1.5
    0.6/2.4/0.06 gpt-realtime-mini-2025-10-06 gpt-realtime-mini-2025-12-15
    15/60/7.5 o1
    1.1/4.4/0.55 o3-mini
    1.1/4.4/0.275 o4-mini
    0.13/0 text-embedding-3-large
    0.02/0 text-embedding-3-small
    0.1/0 text-embedding-ada-002 text-embedding-ada-002-v2
  `,
  anthropic: `
    3/15/0.3/3.75 claude-3-7-sonnet-20250219 claude-4-sonnet-20250514 claude-sonnet-4-20250514
      claude-sonnet-4-5 claude-sonnet-4-6
    0.25/1.25/0.03/0.3 claude-3-haiku-20240307
    15/75/1.5/18.75 claude-3-opus-20240229 claude-4-opus-20250514 claude-opus-4-1
      claude-opus-4-20250514
    1/5/0.1/1.25 claude-haiku-4-5
    5/25/0.5/6.25 claude-opus-4-5 claude-opus-4-6
  `,
  gemini: `
    0.075/0 gemini-1.5-flash
    0.1/0.4/0.025 gemini-2.0-flash gemini-2.0-flash-001 gemini-flash-lite-latest
    0.075/0.3/0.01875 gemini-2.0-flash-lite gemini-2.0-flash-lite-001
    1.25/10 gemini-2.5-computer-use-preview-10-2025
    0.3/2.5/0.03 gemini-2.5-flash
    0.1/0.4/0.01 gemini-2.5-flash-lite gemini-2.5-flash-lite-preview-09-2025
    0.1/0.4/0.025 gemini-2.5-flash-lite-preview-06-17
    0.3/2.5 gemini-2.5-flash-native-audio-latest gemini-2.5-flash-native-audio-preview-09-2025
      gemini-2.5-flash-native-audio-preview-12-2025
    0.3/2.5/0.075 gemini-2.5-flash-preview-09-2025 gemini-flash-latest
    1.25/10/0.125 gemini-2.5-pro gemini-2.5-pro-preview-tts gemini-pro-latest
    0.5/3/0.05 gemini-3-flash-preview
    2/12/0.2 gemini-3-pro-preview
    0.25/1.5/0.025 gemini-3.1-flash-lite-preview
    0.75/4.5 gemini-3.1-flash-live-preview
    2/12/0.2 gemini-3.1-pro-preview gemini-3.1-pro-preview-customtools
    0.15/0 gemini-embedding-001
    0.2/0 gemini-embedding-2-preview
    0.35/1.05 gemini-gemma-2-27b-it gemini-gemma-2-9b-it
    0.3/2.5/0 gemini-robotics-er-1.5-preview
  `,
  mistral: `
    1/3 codestral-2405 codestral-latest
    0.3/0.9 codestral-2508
    0.15/0 codestral-embed codestral-embed-2505
    0.25/0.25 codestral-mamba-latest mistral-tiny open-codestral-mamba open-mistral-7b
    0.4/2 devstral-2512 devstral-latest devstral-medium-2507 devstral-medium-latest
      mistral-medium-2505 mistral-medium-3-1-2508 mistral-medium-latest
    0.1/0.3 devstral-small-2505 devstral-small-2507 devstral-small-latest
      labs-devstral-small-2512 mistral-small
    2/5 magistral-medium-1-2-2509 magistral-medium-2506 magistral-medium-2509
      magistral-medium-latest
    0.5/1.5 magistral-small-1-2-2509 magistral-small-2506 magistral-small-latest
      mistral-large-2512 mistral-large-3 mistral-large-latest
    0.2/0.2 ministral-3-14b-2512
    0.1/0.1 ministral-3-3b-2512
    0.15/0.15 ministral-3-8b-2512 pixtral-12b-2409
    0.1/0 mistral-embed
    4/12 mistral-large-2402
    3/9 mistral-large-2407
    2/6 mistral-large-2411 open-mixtral-8x22b pixtral-large-2411 pixtral-large-latest
    2.7/8.1 mistral-medium mistral-medium-2312
    0.06/0.18 mistral-small-3-2-2506 mistral-small-latest
    0.3/0.3 open-mistral-nemo open-mistral-nemo-2407
    0.7/0.7 open-mixtral-8x7b
  `,
  deepseek: `
    0.28/0.42/0.028 deepseek-chat deepseek-reasoner
    0.14/0.28 deepseek-coder
    0.55/2.19 deepseek-r1
    0.27/1.1/0.07/0 deepseek-v3
    0.28/0.4 deepseek-v3.2
  `,
  xai: `
    2/10 grok-2 grok-2-1212 grok-2-latest grok-2-vision grok-2-vision-1212 grok-2-vision-latest
    3/15/0.75 grok-3 grok-3-beta grok-3-latest
    5/25/1.25 grok-3-fast-beta grok-3-fast-latest
    0.3/0.5/0.075 grok-3-mini grok-3-mini-beta grok-3-mini-latest
    0.6/4/0.15 grok-3-mini-fast grok-3-mini-fast-beta grok-3-mini-fast-latest
    3/15 grok-4 grok-4-0709 grok-4-latest
    0.2/0.5/0.05 grok-4-1-fast grok-4-1-fast-non-reasoning grok-4-1-fast-non-reasoning-latest
      grok-4-1-fast-reasoning grok-4-1-fast-reasoning-latest grok-4-fast-non-reasoning
      grok-4-fast-reasoning
    2/6/0.2 grok-4.20-beta-0309-non-reasoning grok-4.20-beta-0309-reasoning
      grok-4.20-multi-agent-beta-0309
    5/15 grok-beta grok-vision-beta
    0.2/1.5/0.02 grok-code-fast grok-code-fast-1 grok-code-fast-1-0825
  `,
  groq: `
    0.05/0.08 gemma-7b-it llama-3.1-8b-instant
    0.59/0.79 llama-3.3-70b-versatile
    0.2/0.6 meta-llama/llama-4-maverick-17b-128e-instruct
    0.11/0.34 meta-llama/llama-4-scout-17b-16e-instruct
    0.2/0.2 meta-llama/llama-guard-4-12b
    1/3/0.5 moonshotai/kimi-k2-instruct-0905
    0.15/0.6/0.075 openai/gpt-oss-120b
    0.075/0.3/0.0375 openai/gpt-oss-20b
    0.075/0.3/0.037 openai/gpt-oss-safeguard-20b
    0.29/0.59 qwen/qwen3-32b
  `,
  cohere: `
    1/2 command command-nightly
    0.1/0 embed-english-light-v2.0 embed-english-light-v3.0 embed-english-v2.0
      embed-english-v3.0 embed-multilingual-v2.0 embed-multilingual-v3.0
    100/0 embed-multilingual-light-v3.0
    0.12/0 embed-v4.0
  `,
  cohere_chat: `
    2.5/10 command-a-03-2025 command-r-plus command-r-plus-08-2024
    0.3/0.6 command-light
    0.15/0.6 command-r command-r-08-2024
    0.15/0.0375 command-r7b-12-2024
  `,
};

/** Dollars a token. */
interface Price {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/** Prices by `provider/model`, and by the model alone for the first provider that has it. */
let priceOf: ReadonlyMap<string, Price> | null = null;

function readPrices(): ReadonlyMap<string, Price> {
  const prices = new Map<string, Price>();
  for (const [provider, text] of Object.entries(PRICES)) {
    let price: Price | null = null;
    for (const word of text.split(/\s+/)) {
      if (/^[\d.]+\/[\d./]+$/.test(word)) {
        const [input = 0, output = 0, read = input, write = input] = word
          .split("/")
          .map((dollars) => Number(dollars) / 1_000_000);
        price = { input, output, cacheRead: read, cacheWrite: write };
      } else if (price !== null && word !== "") {
        prices.set(`${provider}/${word}`, price);
        if (!prices.has(word)) prices.set(word, price);
      }
    }
  }
  return prices;
}

function findPrice(model: string, provider: string | null): Price | null {
  for (const name of namesOf(model)) {
    const owned = provider === null ? null : listed(`${provider.toLowerCase()}/${name}`);
    const price = owned ?? listed(name);
    if (price !== undefined) return price;
  }
  return null;
}

/** What a token of this very provider's model costs in US dollars; null when that is not known. */
export function findOwnPrice(model: string, provider: string): Price | null {
  for (const name of namesOf(model)) {
    const price = listed(`${provider}/${name}`);
    if (price !== undefined) return price;
  }
  return null;
}

/** A dated release costs what its model does unless the table says otherwise. */
function namesOf(model: string): string[] {
  const bare = model.slice(model.indexOf("/") + 1);
  return [model, bare, bare.replace(/-(\d{8}|\d{4}-\d\d-\d\d)$/, "")];
}

function listed(name: string): Price | undefined {
  priceOf ??= readPrices();
  return priceOf.get(name);
}

/** The cost of a call as JSON text; undefined when the model's price is not known. */
export function computeCost(model: unknown, usage: unknown, provider: unknown): string | undefined {
  if (typeof model !== "string" || /^(gateway|endpoints):\//.test(model)) return undefined;
  const counts = (typeof usage === "object" && usage !== null ? usage : {}) as Counts;
  const [input, output] = [countOf(counts.input_tokens), countOf(counts.output_tokens)];
  if (input === 0 && output === 0) return undefined;
  const price = findPrice(model, typeof provider === "string" ? provider : null);
  if (price === null) return undefined;
  const read = countOf(counts.cache_read_input_tokens);
  const written = countOf(counts.cache_creation_input_tokens);
  let inputCost = Math.max(input - read - written, 0) * price.input;
  inputCost += read * price.cacheRead + written * price.cacheWrite;
  const outputCost = output * price.output;
  return dumpJson({
    input_cost: toFloat(inputCost),
    output_cost: toFloat(outputCost),
    total_cost: toFloat(inputCost + outputCost),
  });
}

interface Counts {
  input_tokens?: unknown;
  output_tokens?: unknown;
  cache_read_input_tokens?: unknown;
  cache_creation_input_tokens?: unknown;
}

function countOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
