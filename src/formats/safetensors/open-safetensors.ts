/** Safetensors on disk: one file, or shards named by a `model.safetensors.index.json`. */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import { cutValues } from "../json/cut-values.ts";
import type { JsonReader } from "../json/json-reader.ts";
import { JsonFault, MARK } from "../json/json-scanner.ts";
import { decodeValues, isNumeric } from "./decode-values.ts";
import {
  damaged,
  LENGTH_BYTES,
  readHeader,
  readHeaderLength,
  type SafetensorsHeader,
  type TensorInfo,
} from "./read-header.ts";

const NAME = "model.safetensors";
const INDEX_SUFFIX = ".index.json";
/** Bytes read at a time where values are converted. */
const CHUNK_BYTES = 1 << 20;
const MOST_READ = 1 << 30;

interface Shard extends SafetensorsHeader {
  readonly path: string;
  readonly file: number;
}

/** Open files of a model: what tensors there are at once, their values when asked for. */
export class Safetensors implements Disposable {
  /** By name, in the order of the files. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** `__metadata__` of the first file. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly paths: readonly string[];
  readonly #shards: readonly Shard[];
  readonly #shardOf: ReadonlyMap<string, Shard>;

  /** @internal */
  constructor(shards: readonly Shard[], shardOf: ReadonlyMap<string, Shard>) {
    this.#shards = shards;
    this.#shardOf = shardOf;
    this.paths = shards.map(({ path }) => path);
    this.metadata = shards[0]?.metadata ?? new Map();
    const tensors = new Map<string, TensorInfo>();
    for (const [name, shard] of shardOf) tensors.set(name, shard.tensors.get(name)!);
    this.tensors = tensors;
  }

  /** The tensor of that name; DATA_LOSS when there is none or its shape is another. */
  require(name: string, shape?: readonly number[]): TensorInfo {
    const info = this.tensors.get(name);
    const source = basename(this.#shardOf.get(name)?.path ?? this.paths[0] ?? NAME);
    if (info === undefined) throw damaged(source, 0, `it has no tensor \`${name}\``);
    if (shape === undefined || String(shape) === String(info.shape)) return info;
    const [has, wants] = [info.shape.join(", "), shape.join(", ")];
    throw damaged(source, info.offset, `tensor \`${name}\` is [${has}], not [${wants}]`);
  }

  /** The bytes of a tensor as the file has them. */
  readBytes(name: string): Uint8Array<ArrayBuffer> {
    const { byteLength } = this.require(name);
    const bytes = new Uint8Array(byteLength);
    this.#fill(name, 0, bytes);
    return bytes;
  }

  /** The values as float32, into `target` (of their number) where one is given. */
  readFloat32(name: string, target?: Float32Array): Float32Array {
    const info = this.require(name);
    const values = target ?? new Float32Array(info.length);
    if (values.length !== info.length) {
      throw damaged(basename(this.paths[0]!), info.offset, `\`${name}\` has ${info.length} values`);
    }
    if (info.type === "F32") {
      this.#fill(name, 0, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    } else this.#convert(info, values);
    return values;
  }

  /** The values of a type of whole numbers as int32; DATA_LOSS for one that is greater. */
  readInt32(name: string): Int32Array {
    const info = this.require(name);
    const values = new Int32Array(info.length);
    this.#convert(info, values);
    return values;
  }

  #convert(info: TensorInfo, values: Float32Array | Int32Array): void {
    const { name, type, length, byteLength } = info;
    if (!isNumeric(type)) {
      throw new SovereignError("NOT_IMPLEMENTED", `tensor \`${name}\` of ${type} is not read`, {
        hint: "save the model as F32, F16 or BF16",
      });
    }
    if (length === 0) return;
    const width = byteLength / length;
    const step = CHUNK_BYTES / width;
    const chunk = new Uint8Array(Math.min(byteLength, CHUNK_BYTES));
    for (let i = 0; i < length; i += step) {
      const part = values.subarray(i, Math.min(length, i + step));
      const bytes = chunk.subarray(0, part.length * width);
      this.#fill(name, i * width, bytes);
      if (decodeValues(type, bytes, part)) continue;
      const source = basename(this.#shardOf.get(name)!.path);
      throw damaged(source, info.offset, `\`${name}\` holds what no whole number of 32 bits is`);
    }
  }

  #fill(name: string, from: number, target: Uint8Array): void {
    const { file, path, tensors } = this.#shardOf.get(name)!;
    const start = tensors.get(name)!.offset + from;
    fill(file, start, target, basename(path));
  }

  /** Lets the files go. */
  close(): void {
    for (const { file } of this.#shards) closeSync(file);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Opens a file, the index of shards, or the `model.safetensors` (or its index) of a folder. */
export function openSafetensors(path: string): Safetensors {
  const file = findFile(path);
  const names = file.endsWith(INDEX_SUFFIX) ? readIndex(file) : null;
  const paths =
    names === null ? [file] : [...new Set(names.values())].map((name) => join(dirname(file), name));
  const shards: Shard[] = [];
  try {
    for (const shard of paths) shards.push(openShard(shard));
    const shardOf = new Map<string, Shard>();
    if (names === null) for (const name of shards[0]!.tensors.keys()) shardOf.set(name, shards[0]!);
    const byName = new Map(shards.map((shard) => [basename(shard.path), shard]));
    for (const [tensor, name] of names ?? []) {
      const shard = byName.get(name)!;
      if (!shard.tensors.has(tensor)) throw damaged(name, 0, `it has no tensor \`${tensor}\``);
      shardOf.set(tensor, shard);
    }
    return new Safetensors(shards, shardOf);
  } catch (error) {
    for (const { file } of shards) closeSync(file);
    throw error;
  }
}

function findFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return path;
  const found = [NAME, `${NAME}${INDEX_SUFFIX}`].find((name) => existsSync(join(path, name)));
  if (stat?.isDirectory() && found !== undefined) return join(path, found);
  const what = stat === undefined ? "there is no model" : `there is no \`${NAME}\` in`;
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `${what} \`${path}\``, {
    hint: "name a `.safetensors` file, a `model.safetensors.index.json`, or a folder with one",
  });
}

/** File name by tensor; a name with a folder in it is refused. */
function readIndex(path: string): Map<string, string> {
  const source = basename(path);
  const names = new Map<string, string>();
  const files = new Map<string, string>();
  readWeightMap(path, (map) => {
    if (map === undefined) throw damaged(source, 0, "it has no `weight_map`");
    map.expect(MARK.openObject);
    for (let isFirst = true; map.hasNext(isFirst, MARK.closeObject); isFirst = false) {
      const tensor = map.readText();
      map.expect(MARK.colon);
      const name = map.peek() === MARK.quote ? map.readText() : "";
      if (!/^[^/\\]+\.safetensors$/.test(name)) {
        throw damaged(source, 0, `tensor \`${tensor.slice(0, 80)}\` lies in no file beside it`);
      }
      // One text for each file, however many tensors it has.
      if (!files.has(name)) files.set(name, name);
      names.set(tensor, files.get(name)!);
    }
  });
  if (names.size === 0) throw damaged(source, 0, "it names no tensor");
  return names;
}

/** Gives the reader of `weight_map`, if it is there. */
function readWeightMap(path: string, read: (map: JsonReader | undefined) => void): void {
  try {
    read(cutValues(readFileSync(path), { weight_map: true }).cut.get("weight_map"));
  } catch (cause) {
    if (!(cause instanceof JsonFault)) throw cause;
    throw damaged(basename(path), cause.offset, `it is no JSON: ${cause.message}`);
  }
}

function openShard(path: string): Shard {
  const source = basename(path);
  const file = openFile(path);
  try {
    const { size } = fstatSync(file);
    const first = new Uint8Array(Math.min(LENGTH_BYTES, size));
    fill(file, 0, first, source);
    const json = new Uint8Array(readHeaderLength(first, size, source));
    fill(file, LENGTH_BYTES, json, source);
    return { path, file, ...readHeader(json, size, source) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `\`${path}\` cannot be opened`, {
      hint: "all shards of a model lie beside its index",
      cause,
    });
  }
}

function fill(file: number, offset: number, target: Uint8Array, source: string): void {
  for (let at = 0; at < target.length; ) {
    const wanted = Math.min(MOST_READ, target.length - at);
    const count = readSync(file, target, at, wanted, offset + at);
    if (count === 0) throw damaged(source, offset + at, "it ends early");
    at += count;
  }
}
