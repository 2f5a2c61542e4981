/**
 * The header of a safetensors file (github.com/huggingface/safetensors, format of 0.8):
 *
 *     u64 n (little endian) | n bytes of JSON: {name: {dtype, shape, data_offsets}} | values
 *
 * `data_offsets` count from the end of the header. Tensors lie end to end: no holes, no overlap,
 * nothing behind the last. Anything else is DATA_LOSS with the offset of what is wrong.
 */
import { SovereignError } from "../../core/errors.ts";

/** Bits of a value of each type. */
const BITS = {
  ...{ BOOL: 8, U8: 8, I8: 8, U16: 16, I16: 16, U32: 32, I32: 32, U64: 64, I64: 64 },
  ...{ F16: 16, BF16: 16, F32: 32, F64: 64, C64: 64 },
  ...{ F4: 4, F6_E2M3: 6, F6_E3M2: 6, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8 },
} as const;

export type TensorType = keyof typeof BITS;

export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** Values, the product of the shape. */
  readonly length: number;
  /** Where its bytes begin in the file, and how many they are. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes before the header. */
export const LENGTH_BYTES = 8;
/** The limit of the reference implementation. */
const MOST_HEADER_BYTES = 100_000_000;
const MOST_TENSORS = 1_000_000;

/** The length of the header from the first bytes of a file of `fileBytes`. */
export function readHeaderLength(first: Uint8Array, fileBytes: number, source: string): number {
  if (first.length < LENGTH_BYTES) throw damaged(source, 0, "it is too short for a header");
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MOST_HEADER_BYTES)) {
    throw damaged(source, 0, `a header of ${length} bytes is more than any has`);
  }
  if (Number(length) + LENGTH_BYTES > fileBytes) {
    throw damaged(source, 0, `its header should have ${length} bytes and is cut off`);
  }
  return Number(length);
}

/** Reads the JSON; `fileBytes` is the length of the whole file. */
export function readHeader(json: Uint8Array, fileBytes: number, source: string): SafetensorsHeader {
  checkDensity(json, source);
  const entries = Object.entries(parseObject(json, source));
  const metadata = new Map<string, string>();
  const tensors: TensorInfo[] = [];
  if (entries.length > MOST_TENSORS)
    throw damaged(source, LENGTH_BYTES, "it names too many tensors");
  const start = LENGTH_BYTES + json.length;
  for (const [name, value] of entries) {
    if (name === "__metadata__") {
      for (const [key, text] of Object.entries(isObject(value) ? value : {})) {
        metadata.set(key, String(text));
      }
    } else tensors.push(readTensor(name, value, start, source));
  }
  checkLayout(tensors, start, fileBytes, source);
  return { tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), metadata };
}

/**
 * A header is mostly words. One that is mostly brackets and commas would take many times its bytes
 * once it is parsed.
 */
function checkDensity(json: Uint8Array, source: string): void {
  let marks = 0;
  for (const byte of json) if (byte === 0x2c || byte === 0x3a || (byte & 0xdf) === 0x5b) marks++;
  if (marks * 3 > json.length + 1000) throw damaged(source, LENGTH_BYTES, "its header is odd");
}

function parseObject(json: Uint8Array, source: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
    if (isObject(value)) return value;
  } catch (cause) {
    throw damaged(source, LENGTH_BYTES, `its header is no JSON: ${(cause as Error).message}`);
  }
  throw damaged(source, LENGTH_BYTES, "its header is no object");
}

function readTensor(name: string, value: unknown, start: number, source: string): TensorInfo {
  const { dtype, shape, data_offsets: place } = isObject(value) ? value : {};
  if (typeof dtype !== "string" || !isCounts(shape) || !isCounts(place) || place.length !== 2) {
    throw damaged(source, LENGTH_BYTES, `tensor \`${show(name)}\` is not described`);
  }
  if (!Object.hasOwn(BITS, dtype)) {
    throw new SovereignError(
      "NOT_IMPLEMENTED",
      `\`${source}\`: tensor \`${show(name)}\` has the type ${show(dtype)}, which is not known`,
      { hint: `known are ${Object.keys(BITS).join(", ")}` },
    );
  }
  const type = dtype as TensorType;
  const length = shape.reduce((product, count) => product * count, 1);
  const [from, to] = [place[0]!, place[1]!];
  const bits = length * BITS[type];
  if (!Number.isSafeInteger(bits) || bits % 8 !== 0 || to - from !== bits / 8) {
    const size = `${to - from} bytes for ${type} [${shape.slice(0, 8).join(", ")}]`;
    throw damaged(source, start + from, `tensor \`${show(name)}\` has ${size}`);
  }
  return { name, type, shape, length, offset: start + from, byteLength: bits / 8 };
}

function checkLayout(
  tensors: TensorInfo[],
  start: number,
  fileBytes: number,
  source: string,
): void {
  tensors.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  let end = start;
  for (const { name, offset, byteLength } of tensors) {
    if (offset !== end) {
      const what = offset < end ? "overlaps the one before" : "leaves a hole before it";
      throw damaged(source, offset, `tensor \`${show(name)}\` ${what}`);
    }
    end += byteLength;
  }
  if (end > fileBytes) throw damaged(source, fileBytes, `it is cut off: ${end} bytes are missing`);
  if (end < fileBytes) throw damaged(source, end, "something follows the last tensor");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** A name from the file, short enough for a message. */
function show(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}

/** DATA_LOSS about a file. */
export function damaged(source: string, offset: number, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${source}\` is damaged at ${offset}: ${problem}`, {
    hint: "get the file again from where it was made",
    details: { source, offset },
  });
}
