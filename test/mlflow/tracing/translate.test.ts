/** Expectations as MLflow 3.11.1 answers them (`translate_span_when_storing`). */
import { describe, expect, test } from "vitest";
import type { OtlpEvent, OtlpValue } from "../../../src/mlflow/tracing/otlp-spans.ts";
import { dumpAttribute } from "../../../src/mlflow/tracing/span-values.ts";
import { translateSpan } from "../../../src/mlflow/tracing/translate.ts";

function translate(
  attributes: Record<string, OtlpValue>,
  events: OtlpEvent[] = [],
): Record<string, string> {
  const texts = new Map(
    Object.entries(attributes).map(([key, value]) => [key, dumpAttribute(value)]),
  );
  translateSpan(texts, events);
  const added = [...texts].filter(([key]) => key.startsWith("mlflow."));
  return Object.fromEntries(added);
}

const event = (name: string, attributes: Record<string, OtlpValue>): OtlpEvent => ({
  name,
  timeNs: 0n,
  attributes: new Map(Object.entries(attributes)),
});

describe("attributes of other libraries", () => {
  test.each<[string, Record<string, OtlpValue>, Record<string, string>]>([
    [
      "OpenInference",
      {
        "openinference.span.kind": "LLM",
        "llm.token_count.prompt": 10n,
        "llm.token_count.completion": 5n,
        "llm.token_count.total": 16n,
        "input.value": '{"q": 1}',
        "output.value": "a",
        "llm.model_name": "m",
        "llm.provider": "p",
      },
      {
        "mlflow.spanType": '"LLM"',
        "mlflow.spanInputs": '{"q": 1}',
        "mlflow.spanOutputs": '"a"',
        "mlflow.chat.tokenUsage": '{"input_tokens": 10, "output_tokens": 5, "total_tokens": 16}',
        "mlflow.llm.model": '"m"',
        "mlflow.llm.provider": '"p"',
      },
    ],
    [
      "OpenTelemetry's own",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": "3",
        "gen_ai.usage.output_tokens": 4n,
        "gen_ai.input.messages": '[{"role": "user"}]',
        "gen_ai.request.model": "m",
        "gen_ai.provider.name": "p",
        "gen_ai.tool.definitions": "[{}]",
      },
      {
        "mlflow.spanType": '"CHAT_MODEL"',
        "mlflow.spanInputs": '[{"role": "user"}]',
        "mlflow.chat.tokenUsage": '{"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}',
        "mlflow.chat.tools": "[{}]",
        "mlflow.llm.model": '"m"',
        "mlflow.llm.provider": '"p"',
      },
    ],
    [
      "Traceloop, whose names have numbers",
      {
        "traceloop.span.kind": "task",
        "gen_ai.prompt.0.content": "hello",
        "gen_ai.completion.0.content": "there",
        "gen_ai.system": "p",
      },
      {
        "mlflow.spanType": '"TASK"',
        "mlflow.spanInputs": '"hello"',
        "mlflow.spanOutputs": '"there"',
        "mlflow.llm.provider": '"p"',
      },
    ],
    [
      "Vercel AI, which spreads messages",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.prompt.messages": '[{"role":"user"}]',
        "ai.prompt.tools": ['{"name":"t"}'],
        "ai.response.text": "ok",
      },
      {
        "mlflow.spanType": '"LLM"',
        "mlflow.message.format": "vercel_ai",
        "mlflow.spanInputs": '{"messages": [{"role": "user"}], "tools": [{"name": "t"}]}',
        "mlflow.spanOutputs": '{"text": "ok"}',
      },
    ],
    [
      "VoltAgent, where the span's kind goes before its agent's",
      {
        "span.type": "tool",
        "entity.type": "agent",
        "voltagent.operation_id": "1",
        input: "i",
        output: "o",
        "llm.usage.prompt_tokens": 1n,
        "usage.completion_tokens": 2n,
      },
      {
        "mlflow.spanType": '"TOOL"',
        "mlflow.spanInputs": '"i"',
        "mlflow.spanOutputs": '"o"',
        "mlflow.chat.tokenUsage": '{"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}',
        "mlflow.message.format": '"voltagent"',
      },
    ],
    [
      "LiveKit, whose kinds are guessed",
      { "lk.function_tool.name": "t", "lk.user_input": "hi", "lk.response.text": "yo" },
      {
        "mlflow.spanType": '"TOOL"',
        "mlflow.spanInputs": '"hi"',
        "mlflow.spanOutputs": '"yo"',
        "mlflow.message.format": '"livekit"',
      },
    ],
    [
      "Langfuse",
      { "langfuse.observation.type": "generation", "langfuse.observation.input": "i" },
      { "mlflow.spanType": '"LLM"', "mlflow.spanInputs": '"i"' },
    ],
  ])("%s", (_, attributes, expected) => {
    expect(translate(attributes)).toEqual(expected);
  });

  test("prompts in events", () => {
    expect(
      translate({ "gen_ai.system": "x" }, [
        event("gen_ai.system.message", { content: "be brief" }),
        event("gen_ai.user.message", { content: "hé" }),
        event("gen_ai.choice", { content: '{"a": 1}' }),
      ]),
    ).toMatchObject({
      "mlflow.spanInputs":
        '[{"role": "system", "content": "be brief"}, {"role": "user", "content": "h\\u00e9"}]',
      "mlflow.spanOutputs": '[{"role": "assistant", "content": {"a": 1}}]',
    });
  });

  test("what MLflow's own names say stays", () => {
    expect(
      translate({ "mlflow.spanType": "AGENT", "mlflow.spanInputs": "mine", "input.value": "x" }),
    ).toEqual({ "mlflow.spanType": '"AGENT"', "mlflow.spanInputs": '"mine"' });
    expect(translate({ "mlflow.spanType": "UNKNOWN", "openinference.span.kind": "TOOL" })).toEqual({
      "mlflow.spanType": '"TOOL"',
    });
  });

  test("a model named in the inputs", () => {
    expect(translate({ "mlflow.spanInputs": '{"model": "gpt", "x": 1}' })).toEqual({
      "mlflow.spanInputs": '{"model": "gpt", "x": 1}',
      "mlflow.llm.model": '"gpt"',
    });
  });
});

describe("the cost of a call", () => {
  const cost = (attributes: Record<string, OtlpValue>) => translate(attributes)["mlflow.llm.cost"];
  const usage = { "gen_ai.usage.input_tokens": 1000n, "gen_ai.usage.output_tokens": 500n };

  test("is by the model's list price, dated or not, with and without its provider", () => {
    const expected = '{"input_cost": 0.0025, "output_cost": 0.005, "total_cost": 0.0075}';
    expect(cost({ ...usage, "gen_ai.request.model": "gpt-4o" })).toBe(expected);
    expect(cost({ ...usage, "gen_ai.request.model": "openai/gpt-4o-2024-11-20" })).toBe(expected);
    expect(
      cost({ ...usage, "gen_ai.request.model": "gpt-4o", "gen_ai.provider.name": "OpenAI" }),
    ).toBe(expected);
  });

  test("counts what came from a cache at its own price", () => {
    const tokens = new Map<string, OtlpValue>([
      ["input_tokens", 1000n],
      ["output_tokens", 0n],
      ["cache_read_input_tokens", 1000n],
    ]);
    expect(
      cost({ "mlflow.chat.tokenUsage": tokens, "mlflow.llm.model": "claude-sonnet-4-5" }),
    ).toBe('{"input_cost": 0.0003, "output_cost": 0.0, "total_cost": 0.0003}');
  });

  test("is not guessed", () => {
    expect(cost({ ...usage, "gen_ai.request.model": "my-own" })).toBeUndefined();
    expect(cost({ ...usage, "gen_ai.request.model": "gateway:/gpt-4o" })).toBeUndefined();
    expect(cost({ "gen_ai.request.model": "gpt-4o" })).toBeUndefined();
  });
});

describe("the text of an attribute", () => {
  test.each<[OtlpValue, string]>([
    ["a", '"a"'],
    ["1", '"1"'],
    ["true", '"true"'],
    ['{"a": 1}', '{"a": 1}'],
    ['"quoted"', '"quoted"'],
    ["[broken", '"[broken"'],
    ["hé", '"hé"'],
    [1n, "1"],
    [1, "1.0"],
    [1e16, "1e+16"],
    [Number.NaN, "NaN"],
    [null, "null"],
    [new Map<string, OtlpValue>([["a", [1n, null]]]), '{"a": [1, null]}'],
    [new Uint8Array([97, 0]), "\"b'a\\\\x00'\""],
  ])("of %o is %s", (value, text) => {
    expect(dumpAttribute(value)).toBe(text);
  });
});
