/**
 * The providers and models that MLflow 3.11.1 knows, as its UI lists them. Every provider is here,
 * but the models only of those who make or host the best known ones; the UI takes other names as
 * they are typed. Costs are known where `tracing/model-prices.ts` has them.
 */
import { findOwnPrice } from "../tracing/model-prices.ts";
import { CLOUDS } from "./cloud-models.ts";
import { MAKERS } from "./maker-models.ts";

const PROVIDERS = `ai21 aleph_alpha amazon_nova anthropic anyscale azure azure_ai azure_text bedrock
  bedrock_mantle cerebras cloudflare codestral cohere cohere_chat dashscope databricks deepinfra
  deepseek featherless_ai fireworks_ai fireworks_ai-embedding-models friendliai gemini gigachat
  github_copilot gmi gradient_ai groq heroku hyperbolic lambda_ai lemonade llamagate meta_llama
  minimax mistral moonshot morph nebius nlp_cloud novita nscale oci ollama openai openrouter
  ovhcloud palm perplexity publicai replicate sagemaker sambanova sarvam snowflake
  text-completion-codestral text-completion-openai together_ai v0 vercel_ai_gateway vertex_ai
  volcengine voyage wandb watsonx xai zai`.split(/\s+/);

const MODES: Readonly<Record<string, string>> = { c: "chat", e: "embedding", t: "completion" };

interface CatalogueModel {
  readonly model: string;
  readonly provider: string;
  readonly mode: string;
  readonly supports_function_calling: boolean;
  readonly supports_vision: boolean;
  readonly supports_reasoning: boolean;
  readonly supports_prompt_caching: boolean;
  readonly supports_response_schema: boolean;
  readonly max_input_tokens: number | null;
  readonly max_output_tokens: number | null;
  /** In US dollars. */
  readonly input_cost_per_token: number | null;
  readonly output_cost_per_token: number | null;
  readonly deprecation_date: string | null;
}

/** The names of all providers, sorted. */
export function listProviders(): readonly string[] {
  return PROVIDERS;
}

/** The models of a provider, or for null all of them. */
export function listModels(provider: string | null): CatalogueModel[] {
  return Object.entries({ ...MAKERS, ...CLOUDS }).flatMap(([name, table]) =>
    provider === null || name === provider ? readTable(name, table) : [],
  );
}

function readTable(provider: string, table: string): CatalogueModel[] {
  let facts: Omit<CatalogueModel, "model"> | null = null;
  const models: CatalogueModel[] = [];
  for (const word of table.trim().split(/\s+/)) {
    if (word.startsWith("=")) {
      facts = readFacts(provider, word.slice(1));
    } else if (facts !== null) {
      const price = findOwnPrice(word, provider);
      const costs = {
        input_cost_per_token: price?.input ?? null,
        output_cost_per_token: price?.output ?? null,
      };
      models.push({ model: word, ...facts, ...costs });
    }
  }
  return models;
}

function readFacts(provider: string, text: string): Omit<CatalogueModel, "model"> {
  const [kind = "", input = "-", output = "-", end = null] = text.split("/");
  const can = (ability: string) => kind.includes(ability, 1);
  return {
    provider,
    mode: MODES[kind.charAt(0)] ?? "chat",
    supports_function_calling: can("f"),
    supports_vision: can("v"),
    supports_reasoning: can("r"),
    supports_prompt_caching: can("p"),
    supports_response_schema: can("s"),
    max_input_tokens: readTokens(input),
    max_output_tokens: readTokens(output),
    input_cost_per_token: null,
    output_cost_per_token: null,
    deprecation_date: end,
  };
}

/** `128k`, `4096`, or `-` for what is not known. */
function readTokens(text: string): number | null {
  if (text === "-") return null;
  return text.endsWith("k") ? Number(text.slice(0, -1)) * 1000 : Number(text);
}
