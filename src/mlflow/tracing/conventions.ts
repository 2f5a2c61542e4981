/**
 * The attribute names by which tracing libraries say what MLflow keeps under its own names: kind of
 * span, inputs and outputs, tokens, model. One entry per convention, asked in this order, as
 * MLflow 3.11.1 does (`tracing/otel/translation`). What needs more than a name is in `translate.ts`.
 */

/** One library's vocabulary. A pattern is tried against every attribute. */
export interface Convention {
  /** Attributes that tell the kind of a span, and what the kinds are to MLflow. */
  readonly kindKeys?: readonly string[];
  readonly kinds?: Readonly<Record<string, string>>;
  readonly inputTokens?: readonly string[];
  readonly outputTokens?: readonly string[];
  readonly totalTokens?: readonly string[];
  readonly inputs?: readonly (string | RegExp)[];
  readonly outputs?: readonly (string | RegExp)[];
  readonly model?: readonly string[];
  readonly provider?: string;
  readonly tools?: readonly string[];
  /** How a chat view reads the messages, and the attributes (or their prefix) that tell it. */
  readonly messageFormat?: { readonly name: string; readonly marks: readonly string[] };
  /** LiveKit's kinds are guessed from which attributes there are. */
  readonly guessesKind?: boolean;
  /** Vercel's chat spans spread their messages over many attributes. */
  readonly spreadsMessages?: boolean;
}

const genAiTokens = {
  inputTokens: ["gen_ai.usage.input_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens"],
};
const genAiModel = ["gen_ai.response.model", "gen_ai.request.model"];

const openInference: Convention = {
  kindKeys: ["openinference.span.kind"],
  kinds: {
    TOOL: "TOOL",
    CHAIN: "CHAIN",
    LLM: "LLM",
    RETRIEVER: "RETRIEVER",
    EMBEDDING: "EMBEDDING",
    AGENT: "AGENT",
    RERANKER: "RERANKER",
    UNKNOWN: "UNKNOWN",
    GUARDRAIL: "GUARDRAIL",
    EVALUATOR: "EVALUATOR",
  },
  inputTokens: ["llm.token_count.prompt"],
  outputTokens: ["llm.token_count.completion"],
  totalTokens: ["llm.token_count.total"],
  inputs: ["input.value"],
  outputs: ["output.value"],
  model: ["llm.model_name", "embedding.model_name"],
  provider: "llm.provider",
};

/** Kinds of OpenTelemetry's own convention for generative AI. */
export const GEN_AI_KINDS: Readonly<Record<string, string>> = {
  chat: "CHAT_MODEL",
  create_agent: "AGENT",
  embeddings: "EMBEDDING",
  execute_tool: "TOOL",
  generate_content: "LLM",
  invoke_agent: "AGENT",
  text_completion: "LLM",
  response: "LLM",
};

const genAi: Convention = {
  kindKeys: ["gen_ai.operation.name"],
  kinds: GEN_AI_KINDS,
  ...genAiTokens,
  inputs: ["gen_ai.input.messages", "gen_ai.tool.call.arguments"],
  outputs: ["gen_ai.output.messages", "gen_ai.tool.call.result"],
  model: genAiModel,
  provider: "gen_ai.provider.name",
  tools: ["gen_ai.tool.definitions"],
};

const traceloop: Convention = {
  kindKeys: ["traceloop.span.kind"],
  kinds: { workflow: "WORKFLOW", task: "TASK", agent: "AGENT", tool: "TOOL", unknown: "UNKNOWN" },
  inputTokens: ["gen_ai.usage.prompt_tokens"],
  outputTokens: ["gen_ai.usage.completion_tokens"],
  totalTokens: ["llm.usage.total_tokens"],
  inputs: [
    "traceloop.entity.input",
    /^gen_ai\.prompt\.\d+\.content/,
    /^gen_ai\.completion\.\d+\.tool_calls\.\d+\.arguments/,
  ],
  outputs: ["traceloop.entity.output", /^gen_ai\.completion\.\d+\.content/],
  provider: "gen_ai.system",
};

const googleAdk: Convention = {
  inputs: ["gcp.vertex.agent.llm_request", "gcp.vertex.agent.tool_call_args"],
  outputs: ["gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_response"],
};

const vercelAi: Convention = {
  kindKeys: ["ai.operationId"],
  kinds: {
    "ai.generateText": "LLM",
    "ai.generateText.doGenerate": "LLM",
    "ai.toolCall": "TOOL",
    "ai.streamText": "LLM",
    "ai.streamText.doStream": "LLM",
    "ai.generateObject": "LLM",
    "ai.generateObject.doGenerate": "LLM",
    "ai.streamObject": "LLM",
    "ai.streamObject.doStream": "LLM",
    "ai.embed": "EMBEDDING",
    "ai.embed.doEmbed": "EMBEDDING",
    "ai.embedMany": "EMBEDDING",
  },
  inputs: ["ai.prompt", "ai.toolCall.args", "ai.value", "ai.values"],
  outputs: [
    "ai.response.text",
    "ai.toolCall.result",
    "ai.response.object",
    "ai.embedding",
    "ai.embeddings",
  ],
  spreadsMessages: true,
};

const voltAgent: Convention = {
  // A child's `entity.type` is its agent's, so its own `span.type` is asked first.
  kindKeys: ["span.type", "entity.type"],
  kinds: { agent: "AGENT", llm: "LLM", tool: "TOOL", memory: "MEMORY" },
  inputTokens: ["usage.prompt_tokens", "llm.usage.prompt_tokens"],
  outputTokens: ["usage.completion_tokens", "llm.usage.completion_tokens"],
  totalTokens: ["usage.total_tokens", "llm.usage.total_tokens"],
  inputs: ["agent.messages", "llm.messages", "input"],
  outputs: ["output"],
  messageFormat: {
    name: "voltagent",
    marks: ["voltagent.operation_id", "voltagent.conversation_id"],
  },
};

const liveKit: Convention = {
  ...genAiTokens,
  inputs: ["lk.user_input", "lk.user_transcript", "lk.chat_ctx", "lk.input_text"],
  outputs: ["lk.response.text", "lk.response.function_calls"],
  model: genAiModel,
  provider: "gen_ai.provider.name",
  tools: ["gen_ai.tool.definitions"],
  messageFormat: { name: "livekit", marks: ["lk.*"] },
  guessesKind: true,
};

const laminar: Convention = {
  kindKeys: ["lmnr.span.type"],
  kinds: {
    LLM: "LLM",
    TOOL: "TOOL",
    DEFAULT: "CHAIN",
    PIPELINE: "CHAIN",
    EXECUTOR: "AGENT",
    EVALUATOR: "EVALUATOR",
    HUMAN_EVALUATOR: "EVALUATOR",
    EVALUATION: "EVALUATOR",
    CACHED: "LLM",
  },
  ...genAiTokens,
  inputs: ["lmnr.span.input"],
  outputs: ["lmnr.span.output"],
  model: genAiModel,
  provider: "gen_ai.system",
  messageFormat: { name: "openai", marks: ["lmnr.span.type"] },
};

const langfuse: Convention = {
  kindKeys: ["langfuse.observation.type"],
  kinds: {
    generation: "LLM",
    embedding: "EMBEDDING",
    tool: "TOOL",
    retriever: "RETRIEVER",
    agent: "AGENT",
    chain: "CHAIN",
    evaluator: "EVALUATOR",
    guardrail: "GUARDRAIL",
    span: "UNKNOWN",
  },
  inputs: ["langfuse.observation.input"],
  outputs: ["langfuse.observation.output"],
};

// Spring AI's attributes are all among those of `genAi`; its events are in `translate.ts`.
export const CONVENTIONS: readonly Convention[] = [
  openInference,
  genAi,
  traceloop,
  googleAdk,
  vercelAi,
  voltAgent,
  liveKit,
  laminar,
  langfuse,
];
