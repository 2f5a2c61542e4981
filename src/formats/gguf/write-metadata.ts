/** A GGUF file (version 3, little-endian) of metadata alone, without tensors; layout in the reader. */

/** A value with the type it is written as; lists are of one type. */
export type TypedValue =
  | { readonly type: "u32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "bytes"; readonly value: Uint8Array }
  | { readonly type: "floats"; readonly value: Float32Array }
  | { readonly type: "ints"; readonly value: Int32Array };

const VERSION = 3;
const ALIGNMENT = 32;
/** Numbers of the types. */
const U8 = 0;
const U32 = 4;
const I32 = 5;
const F32 = 6;
const BOOL = 7;
const STRING = 8;
const ARRAY = 9;
const encoder = new TextEncoder();

/** The file's bytes, pairs in the order given. */
export function writeGgufMetadata(pairs: ReadonlyMap<string, TypedValue>): Uint8Array {
  const parts: Uint8Array[] = [encoder.encode("GGUF"), u32(VERSION), u64(0), u64(pairs.size)];
  for (const [key, value] of pairs) {
    for (const part of textParts(key)) parts.push(part);
    for (const part of valueParts(value)) parts.push(part);
  }
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const file = new Uint8Array(Math.ceil(size / ALIGNMENT) * ALIGNMENT);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

function valueParts(typed: TypedValue): Uint8Array[] {
  switch (typed.type) {
    case "u32":
      return [u32(U32), u32(typed.value)];
    case "bool":
      return [u32(BOOL), Uint8Array.of(typed.value ? 1 : 0)];
    case "string":
      return [u32(STRING), ...textParts(typed.value)];
    case "strings":
      return [...listHead(STRING, typed.value.length), ...typed.value.flatMap(textParts)];
    case "bytes":
      return [...listHead(U8, typed.value.length), typed.value];
    case "floats":
      return [...listHead(F32, typed.value.length), words(Array.from(typed.value), "setFloat32")];
    case "ints":
      return [...listHead(I32, typed.value.length), words(Array.from(typed.value), "setInt32")];
  }
}

function listHead(type: number, count: number): Uint8Array[] {
  return [u32(ARRAY), u32(type), u64(count)];
}

function textParts(text: string): Uint8Array[] {
  const bytes = encoder.encode(text);
  return [u64(bytes.length), bytes];
}

function u32(value: number): Uint8Array {
  return words([value], "setUint32");
}

function u64(value: number): Uint8Array {
  return words([value % 2 ** 32, Math.floor(value / 2 ** 32)], "setUint32");
}

function words(
  values: readonly number[],
  method: "setUint32" | "setInt32" | "setFloat32",
): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view[method](i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}
