import { describe, expect, test } from "vitest";
import { createRng } from "../../../src/core/rng.ts";
import { readOtlpRequest } from "../../../src/mlflow/tracing/otlp-spans.ts";
import { ProtobufError } from "../../../src/mlflow/tracing/protobuf-reader.ts";
import { field, type SentSpan, writeRequest } from "./otlp-message.ts";

const SPAN: SentSpan = {
  traceId: "ab".repeat(16),
  spanId: "01".repeat(8),
  parentSpanId: "02".repeat(8),
  name: "Größe",
  startNs: 1_700_000_000_000_000_001n,
  endNs: 2n ** 64n - 1n,
  attributes: {
    text: "häß",
    yes: true,
    least: -(2n ** 63n),
    most: 2n ** 63n - 1n,
    half: 0.5,
    none: null,
    bytes: new Uint8Array([0, 255]),
    list: ["a", 1n, [true]],
    map: { a: { b: [1.5] } },
    empty: [],
  },
  events: [{ name: "tick", timeNs: 5n, attributes: { n: 1n } }],
  status: { code: 2, message: "boom" },
};

describe("reading a request", () => {
  test("gives every field of a span", () => {
    const { spans, hasResources } = readOtlpRequest(writeRequest([SPAN]));
    expect(hasResources).toBe(true);
    expect(spans).toEqual([
      {
        traceId: Buffer.alloc(16, 0xab),
        spanId: Buffer.alloc(8, 1),
        parentSpanId: Buffer.alloc(8, 2),
        name: "Größe",
        startNs: 1_700_000_000_000_000_001n,
        endNs: 2n ** 64n - 1n,
        attributes: new Map<string, unknown>([
          ["text", "häß"],
          ["yes", true],
          ["least", -(2n ** 63n)],
          ["most", 2n ** 63n - 1n],
          ["half", 0.5],
          ["none", null],
          ["bytes", new Uint8Array([0, 255])],
          ["list", ["a", 1n, [true]]],
          ["map", new Map([["a", new Map([["b", [1.5]]])]])],
          ["empty", []],
        ]),
        events: [{ name: "tick", timeNs: 5n, attributes: new Map([["n", 1n]]) }],
        statusCode: "ERROR",
        statusMessage: "boom",
      },
    ]);
  });

  test("steps over fields it does not know, groups included", () => {
    const group = Buffer.from([
      ((99 << 3) & 0x7f) | 0x80 | 3,
      6,
      8,
      1,
      ((99 << 3) & 0x7f) | 0x80 | 4,
      6,
    ]);
    const bytes = Buffer.concat([group, field(7, Buffer.from("x")), writeRequest([SPAN])]);
    expect(readOtlpRequest(bytes).spans).toHaveLength(1);
  });

  test("tells an empty request from one without resources", () => {
    expect(readOtlpRequest(Buffer.alloc(0)).hasResources).toBe(false);
    expect(readOtlpRequest(writeRequest([]))).toEqual({ spans: [], hasResources: true });
  });
});

describe("hostile bytes", () => {
  test.each([
    ["an unfinished tag", Buffer.from([0xff, 0xff, 0xff])],
    ["field number 0", Buffer.from([2, 0])],
    ["a length beyond the message", Buffer.from([10, 0xff, 0xff, 0xff, 0xff, 7])],
    ["wire type 7", Buffer.from([15])],
    ["a group that never ends", Buffer.from([11, 8, 1])],
    ["an end of a group that never began", Buffer.from([12])],
    ["a varint of eleven bytes", Buffer.concat([Buffer.from([8]), Buffer.alloc(11, 0x80)])],
    ["groups nested a thousand deep", Buffer.alloc(1000, 11)],
    ["a name that is not UTF-8", field(1, field(2, field(2, field(5, Buffer.from([0xc3])))))],
  ])("%s are refused", (_, bytes) => {
    expect(() => readOtlpRequest(bytes)).toThrow(ProtobufError);
  });

  test("values nested deeper than protobuf allows are refused", () => {
    let value = field(1, Buffer.from("x"));
    for (let depth = 0; depth < 200; depth++) value = field(5, field(1, value));
    const attribute = field(9, Buffer.concat([field(1, Buffer.from("k")), field(2, value)]));
    const request = field(1, field(2, field(2, attribute)));
    expect(() => readOtlpRequest(request)).toThrow(ProtobufError);
  });

  test("a request cut or changed anywhere is read or refused, and nothing else", () => {
    const whole = writeRequest([SPAN, SPAN]);
    const rng = createRng(7);
    for (let length = 0; length < whole.length; length++) tryRead(whole.subarray(0, length));
    for (let round = 0; round < 5000; round++) {
      const bytes = Buffer.from(whole);
      for (let change = 0; change < 3; change++) bytes[rng.int(bytes.length)] = rng.int(256);
      tryRead(bytes);
    }
  });
});

function tryRead(bytes: Buffer): void {
  try {
    readOtlpRequest(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtobufError);
  }
}
