/**
 * All that an encoding says, as `tokenizers` says it: places in code points, masks, words, types,
 * with pairs, truncation and its overflow, and padding, drawn at random over the mixed corpus.
 * Places after normal forms may take in more: the whole run of characters that changed.
 * TOKENIZE_REQUESTS sets how many per family, TOKENIZE_MB how much text has its places compared.
 */
import { describe, expect, test } from "vitest";
import { createRng, type Rng } from "../../../src/core/rng.ts";
import type { EncodeOptions, Encoding, Tokenizer } from "../../../src/tokenize/index.ts";
import { listFamilies, openFamily, peerSettings } from "./families.ts";
import { useLane } from "./lane.ts";
import { skipReason } from "./peer.ts";

const REQUESTS = Number(process.env.TOKENIZE_REQUESTS ?? 200);
const SIZE = Number(process.env.TOKENIZE_MB ?? 0.2) * 1_000_000;

interface Request {
  readonly text: string;
  readonly pair: string | null;
  readonly parse: boolean;
  readonly add: boolean;
  readonly truncation: {
    max_length: number;
    stride: number;
    strategy: "longest_first" | "only_first" | "only_second";
    direction: "left" | "right";
  } | null;
  readonly padding: {
    length: number | null;
    pad_to_multiple_of: number | null;
    pad_id: number;
    pad_type_id: number;
    direction: "left" | "right";
  } | null;
}

function drawRequest(texts: readonly string[], rng: Rng): Request {
  const pick = <T>(list: readonly T[]): T => list[rng.int(list.length)]!;
  const cut = () => {
    const points = [...pick(texts)];
    const from = rng.int(points.length);
    return points.slice(from, from + rng.int(rng.next() < 0.1 ? 3 : 200)).join("");
  };
  const truncation = {
    max_length: 6 + rng.int(30),
    stride: rng.int(3) === 0 ? 1 + rng.int(2) : 0,
    strategy: pick(["longest_first", "longest_first", "only_first", "only_second"] as const),
    direction: pick(["left", "right"] as const),
  };
  const padding = {
    length: pick([null, 40]),
    pad_to_multiple_of: pick([null, 8]),
    pad_id: rng.int(5),
    pad_type_id: rng.int(2),
    direction: pick(["left", "right"] as const),
  };
  return {
    text: cut(),
    pair: rng.next() < 0.4 ? cut() : null,
    parse: rng.next() < 0.5,
    add: rng.next() < 0.7,
    truncation: rng.next() < 0.6 ? truncation : null,
    padding: rng.next() < 0.5 ? padding : null,
  };
}

function optionsOf({ pair, parse, add, truncation, padding }: Request): EncodeOptions {
  return {
    special: parse ? "parse" : "text",
    addSpecialTokens: add,
    ...(pair === null ? {} : { pair }),
    ...(truncation === null
      ? {}
      : { truncation: { ...truncation, maxLength: truncation.max_length } }),
    ...(padding === null
      ? {}
      : {
          padding: {
            direction: padding.direction,
            padId: padding.pad_id,
            padTypeId: padding.pad_type_id,
            ...(padding.length === null ? {} : { length: padding.length }),
            ...(padding.pad_to_multiple_of === null
              ? {}
              : { multipleOf: padding.pad_to_multiple_of }),
          },
        }),
  };
}

function described(encoding: Encoding): object {
  const { ids, typeIds, attentionMask, specialTokensMask, wordIds, sequenceIds } = encoding;
  const offsets = encoding.offsets("codePoints");
  return { ids, offsets, typeIds, attentionMask, specialTokensMask, wordIds, sequenceIds };
}

function encodeAs(tokenizer: Tokenizer, request: Request): object {
  try {
    const encoding = tokenizer.encode(request.text, optionsOf(request));
    return { ...described(encoding), overflowing: encoding.overflowing.map(described) };
  } catch {
    return { error: true };
  }
}

/** What the peer's way to truncate a pair as a whole does not say of the second text. */
const CUT_PAIR = ["typeIds", "sequenceIds"];

/** A field as text, without those left out. */
function textOf(field: string, encoding: object, left: readonly string[]): string {
  return JSON.stringify({ [field]: encoding[field as keyof object] }, (key, value) =>
    left.includes(key) ? undefined : value,
  );
}

/** Whether nothing composes, decomposes or maps characters. */
function keepsPlaces(tokenizer: Tokenizer): boolean {
  return !/"(NF|Bert|Precompiled)/.test(JSON.stringify(tokenizer.parts.spec.normalizer ?? null));
}

const families = listFamilies().filter(({ peer }) => peer === "tokenizers");

describe.skipIf(skipReason() !== null)("encodings equal those of tokenizers", () => {
  const lane = useLane({ npm: ["zod"], python: ["django/conf/locale"], size: SIZE, seed: 7 });

  test.each(families)("$name", { timeout: 3_600_000 }, async (family) => {
    await lane.peer.ask("load", peerSettings(family));
    const tokenizer = openFamily(family);
    const rng = createRng(11);
    const requests = Array.from({ length: REQUESTS }, () => drawRequest(lane.texts, rng));
    const asked = { name: family.name, requests };
    const theirs = await lane.peer.ask<({ error?: string } & object)[]>("encodings", asked);
    const wrong = requests.flatMap((request, i) => {
      const expected = theirs[i]!.error === undefined ? theirs[i]! : { error: true };
      const ours = encodeAs(tokenizer, request);
      const isCutPair = request.pair !== null && request.truncation !== null;
      const left = [...(keepsPlaces(tokenizer) ? [] : ["offsets"]), ...(isCutPair ? CUT_PAIR : [])];
      const fields = Object.keys({ ...ours, ...expected }) as (keyof object)[];
      const differ = fields.filter(
        (field) => textOf(field, ours, left) !== textOf(field, expected, left),
      );
      return differ.length === 0 ? [] : [{ differ: differ.join(), ...request }];
    });
    expect(wrong).toEqual([]);
  });

  test.each(families)("places of $name", { timeout: 3_600_000 }, async (family) => {
    await lane.peer.ask("load", peerSettings(family));
    const tokenizer = openFamily(family);
    const args = { name: family.name, texts: lane.textsPath };
    const theirs = await lane.peer.ask<[number, number][][]>("offsets", args);
    const wrong = lane.texts.flatMap((text, i) => {
      const ours = tokenizer.encode(text, { addSpecialTokens: false }).offsets("codePoints");
      const at = ours.findIndex(([from, to], j) => {
        const [start, end] = theirs[i]![j] ?? [-1, -1];
        return keepsPlaces(tokenizer) ? from !== start || to !== end : from > start || to < end;
      });
      return at < 0 ? [] : [{ text: i, at, ours: ours[at], theirs: theirs[i]![at] }];
    });
    expect(wrong).toEqual([]);
  });

  const patience = { timeout: 3_600_000 };

  test.each(listFamilies())("places of $name cover the text, in every unit", patience, (family) => {
    const tokenizer = openFamily(family);
    const wrong = lane.texts.filter((text) => !areCovered(text, tokenizer));
    expect(wrong.length).toBe(0);
  });

  test.each(listFamilies())("ids of $name one by one give the text of all", patience, (family) => {
    const tokenizer = openFamily(family);
    for (const text of lane.texts) {
      const { ids } = tokenizer.encode(text, { special: "parse" });
      for (const skipSpecialTokens of [true, false]) {
        const stream = tokenizer.decodeStream({ skipSpecialTokens });
        const parts = ids.map((id) => stream.push(id));
        expect(parts.join("") + stream.end()).toBe(tokenizer.decode(ids, { skipSpecialTokens }));
      }
    }
  });
});

/** White space and what normalizers drop; marks that they join or part. */
const UNSEEN = /[\s\p{C}\p{M}\u2800\ufffd]/u;

/** Whether places go forward, leave nothing out that is seen, and are the same in bytes. */
function areCovered(text: string, tokenizer: Tokenizer): boolean {
  const encoding = tokenizer.encode(text, { addSpecialTokens: false });
  const points = [...text];
  const bytesBefore = [0];
  for (const point of points) bytesBefore.push(bytesBefore.at(-1)! + Buffer.byteLength(point));
  const inBytes = encoding.offsets("bytes");
  let reached = 0;
  for (const [i, [from, to]] of encoding.offsets("codePoints").entries()) {
    if (from > to || to > points.length) return false;
    if (inBytes[i]![0] !== bytesBefore[from] || inBytes[i]![1] !== bytesBefore[to]) return false;
    for (let at = reached; at < from; at++) if (!UNSEEN.test(points[at]!)) return false;
    reached = Math.max(reached, to);
  }
  return points.slice(reached).every((point) => UNSEEN.test(point));
}
