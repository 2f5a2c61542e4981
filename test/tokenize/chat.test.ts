/** Chat templates: what transformers makes of messages, and templates that are broken or hostile. */
import { describe, expect, test } from "vitest";
import {
  type ChatMessage,
  encodeChat,
  loadTiktoken,
  renderChat,
} from "../../src/tokenize/index.ts";

const ranks = Array.from({ length: 256 }, (_, byte) =>
  [Buffer.of(byte).toString("base64"), byte].join(" "),
).join("\n");
const tokenizer = loadTiktoken(ranks, { encoding: "cl100k_base" });
const HELLO: ChatMessage[] = [{ role: "user", content: "hello" }];
const render = (template: string, messages: readonly ChatMessage[] = HELLO) =>
  renderChat(tokenizer, messages, { template });

describe("hostile templates", () => {
  test.each([
    "{% for i in range(10000000000) %}x{% endfor %}",
    "{% set x = namespace(s='x') %}{% for i in range(99) %}{% set x.s = x.s ~ x.s %}{% endfor %}",
    "{% set x = namespace(s=[1]) %}{% for i in range(99) %}{% set x.s = x.s + x.s %}{% endfor %}",
    "{% set x = namespace(s=[1]) %}{% for i in range(99) %}{% set x.s = [x.s, x.s] %}{% endfor %}{{ x.s }}",
    "{% for a in range(9999) %}{% for b in range(9999) %}{% set c = 1 %}{% endfor %}{% endfor %}",
    `${"{% for a in range(99999) %}".repeat(20)}x${"{% endfor %}".repeat(20)}`,
  ])("%s ends", { timeout: 60_000 }, async (template) => {
    await expect(render(template)).rejects.toThrow("the chat template asks for too much");
  });

  test("a macro without end is refused", async () => {
    const template = "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}";
    await expect(render(template)).rejects.toThrow("the chat template refuses these messages");
  });

  test.each([
    ["{% for m in messages %}", "it ends inside a block"],
    ["{{ messages", "Unexpected end of input"],
    ["{% if %}x{% endif %}", ""],
    ["{% endfor %}", ""],
  ])("%s is a broken template", async (template, why) => {
    await expect(render(template)).rejects.toThrow(`the chat template's syntax is broken: ${why}`);
  });
});

describe("contents", () => {
  const parts: ChatMessage[] = [{ role: "user", content: [{ type: "text", text: "hi" }] }];

  test("lists are for templates that go through them", async () => {
    const template =
      "{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}";
    expect(await render(template, parts)).toBe("hi");
  });

  test.each([
    "{{ '<' + messages[0]['content'] }}",
    "{{ '<' ~ messages[0].content }}",
    "{{ messages[0].content }}",
    "{% for m in messages %}{{ m['content'] }}{% endfor %}",
    "{{ messages[0].content | join }}",
    "{{ messages[0].content | trim }}",
  ])("%s refuses a list", async (template) => {
    await expect(render(template, parts)).rejects.toThrow("refuses these messages");
  });

  test("none beside tool calls is none", async () => {
    const call = { role: "assistant", content: null, tool_calls: [{ function: { name: "f" } }] };
    const template =
      "{{ messages[0].content is none }} {{ messages[0].tool_calls[0].function.name }}";
    expect(await render(template, [call])).toBe("true f");
  });

  test("ranges count as Python's", async () => {
    const template = "{{ range(3)|join }} {{ range(1, 4)|join }} {{ range(5, 0, -2)|join }}";
    expect(await render(template)).toBe("012 123 531");
  });
});

describe("ids", () => {
  const END = 100257;
  const template =
    "{% for m in messages %}{{ m.role }}:{% if m.content is string %}{{ m.content.split('<|endoftext|>')[0] if m.role == 'cut' else m.content | trim }}{% else %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endif %}<|endoftext|>{% endfor %}";
  const ends = async (messages: readonly ChatMessage[], special?: "parse") => {
    const options = special === undefined ? { template } : { template, special };
    const ids = await encodeChat(tokenizer, messages, options);
    const prompt = await renderChat(tokenizer, messages, { template });
    expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(prompt);
    return ids.filter((id) => id === END).length;
  };
  const say = (content: unknown, role = "user") => ({ role, content });
  const parts = (...texts: string[]) => say(texts.map((text) => ({ type: "text", text })));

  test("control tokens are the template's alone", async () => {
    expect(await ends([say("hello")])).toBe(1);
    expect(await ends([say(" <|endoftext|> a <|endoftext|>"), say("b")])).toBe(2);
    expect(await ends([say("<|endof"), parts("<|endof", "text|>")])).toBe(2);
    expect(await ends([say("a<|endoftext|>b", "cut")])).toBe(1);
    expect(await ends([say(" <|endoftext|> a")], "parse")).toBe(2);
  });

  test("or an error", async () => {
    const options = { template, special: "error" } as const;
    const told = encodeChat(tokenizer, [say("<|endoftext|>")], options);
    await expect(told).rejects.toThrow("the text holds the special token");
  });

  test("of a file with very many control tokens, and a very long one", async () => {
    const names = Array.from({ length: 150_000 }, (_, i) => [`<${i}>`, 1000 + i]);
    const special = { ...Object.fromEntries(names), ["<".repeat(20_000)]: 999 };
    const many = loadTiktoken(ranks, { encoding: "cl100k_base", special });
    const ids = await encodeChat(many, [say("<7> <"), say("8>")], {
      template: "{{ messages[0].content }}{{ messages[1].content }}<9>",
    });
    expect([...ids]).toEqual([...Buffer.from("<7> <8>"), 1009]);
  });
});
