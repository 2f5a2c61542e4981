/**
 * The header of a safetensors file (github.com/huggingface/safetensors, format of 0.8):
 *
 *     u64 n (little endian) | n bytes of JSON: {name: {dtype, shape, data_offsets}} | values
 *
 * `data_offsets` count from the end of the header. Tensors lie end to end: no holes, no overlap,
 * nothing behind the last. Anything else is DATA_LOSS with the offset of what is wrong.
 */
import { isUtf8 } from "node:buffer";
import { SovereignError } from "../../core/errors.ts";
import { JsonReader } from "../json/json-reader.ts";
import { JsonFault, MARK } from "../json/json-scanner.ts";

/** Bits of a value of each type. */
const BITS = {
  ...{ BOOL: 8, U8: 8, I8: 8, U16: 16, I16: 16, U32: 32, I32: 32, U64: 64, I64: 64 },
  ...{ F16: 16, BF16: 16, F32: 32, F64: 64, C64: 64 },
  ...{ F4: 4, F6_E2M3: 6, F6_E3M2: 6, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8 },
} as const;

export type TensorType = keyof typeof BITS;
/** One text for each type, whatever the number of tensors. */
const TYPES = new Map(Object.keys(BITS).map((type) => [type, type as TensorType]));

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
/** What a file must have for each tensor beyond the first ones. */
const LEAST_TENSOR_BYTES = 100;
const ALLOWED_TENSORS = 10_000;
const MOST_METADATA = 10_000;
const FIELDS = ["dtype", "shape", "data_offsets"];

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
  const metadata = new Map<string, string>();
  const tensors = new Map<string, TensorInfo>();
  const start = LENGTH_BYTES + json.length;
  // Tensors take some bytes of values, and a description that is longer.
  const most = Math.min(MOST_TENSORS, fileBytes / LEAST_TENSOR_BYTES + ALLOWED_TENSORS);
  readJson(json, source, (reader) => {
    if (reader.peek() === MARK.openList) {
      throw damaged(source, LENGTH_BYTES, "its header is no object");
    }
    reader.expect(MARK.openObject);
    for (let isFirst = true; reader.hasNext(isFirst, MARK.closeObject); isFirst = false) {
      const name = reader.readText();
      reader.expect(MARK.colon);
      if (name === "__metadata__") readMetadata(reader, metadata, source);
      else tensors.set(name, readTensor(name, reader, start, source));
      if (tensors.size > most) throw damaged(source, LENGTH_BYTES, "it names too many tensors");
    }
    if (reader.peek() >= 0) throw reader.fault("more text behind the header");
  });
  checkLayout([...tensors.values()], start, fileBytes, source);
  return { tensors, metadata };
}

/** Reads JSON, and says where in the file it is none. */
function readJson(json: Uint8Array, source: string, read: (reader: JsonReader) => void): void {
  try {
    if (!isUtf8(json)) throw new JsonFault(0, "it is no UTF-8");
    read(new JsonReader(json));
  } catch (cause) {
    if (!(cause instanceof JsonFault)) throw cause;
    throw damaged(source, LENGTH_BYTES + cause.offset, `its header is no JSON: ${cause.message}`);
  }
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

function readMetadata(reader: JsonReader, metadata: Map<string, string>, source: string): void {
  reader.expect(MARK.openObject);
  for (let isFirst = true; reader.hasNext(isFirst, MARK.closeObject); isFirst = false) {
    const key = reader.readText();
    reader.expect(MARK.colon);
    metadata.set(key, reader.readText());
    if (metadata.size > MOST_METADATA) throw damaged(source, LENGTH_BYTES, "it has odd metadata");
  }
}

function readTensor(name: string, reader: JsonReader, start: number, source: string): TensorInfo {
  let dtype = "";
  let shape: number[] | null = null;
  let place: number[] = [];
  reader.expect(MARK.openObject);
  for (let isFirst = true; reader.hasNext(isFirst, MARK.closeObject); isFirst = false) {
    const field = reader.readName(FIELDS);
    if (field === "dtype") dtype = reader.readText();
    else if (field === "shape") shape = readCounts(reader);
    else if (field === "data_offsets") place = readCounts(reader);
    else reader.skipValue();
  }
  const areCounts = shape?.every(isCount) === true && place.every(isCount);
  if (dtype === "" || shape === null || !areCounts || place.length !== 2) {
    throw damaged(source, LENGTH_BYTES, `tensor \`${show(name)}\` is not described`);
  }
  if (!Object.hasOwn(BITS, dtype)) {
    throw new SovereignError(
      "NOT_IMPLEMENTED",
      `\`${source}\`: tensor \`${show(name)}\` has the type ${show(dtype)}, which is not known`,
      { hint: `known are ${Object.keys(BITS).join(", ")}` },
    );
  }
  const type = TYPES.get(dtype)!;
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

function readCounts(reader: JsonReader): number[] {
  const counts: number[] = [];
  reader.expect(MARK.openList);
  for (let isFirst = true; reader.hasNext(isFirst, MARK.closeList); isFirst = false) {
    counts.push(reader.readNumber());
  }
  return counts;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
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
