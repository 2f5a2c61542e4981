/** Hash functions (Spark 4.2 `hash.scala`, `misc.scala`). */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type DataType, INT, LONG, STRING } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { Span } from "../ast.ts";
import { notImplemented } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { ANY, as, BIN } from "./accept.ts";
import { define, script } from "./builder.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";
import { hashMurmur3, hashXxHash64 } from "./js/spark-hash.ts";

const SHA2_NAMES: Readonly<Record<number, string>> = {
  0: "sha256",
  224: "sha224",
  256: "sha256",
  384: "sha384",
  512: "sha512",
};

function hexDigest(algorithm: string, bytes: Value): string {
  return createHash(algorithm)
    .update(bytes as Uint8Array)
    .digest("hex");
}

/** `hash` and `xxhash64` take anything but maps and variants, at any depth. */
function checkHashable(args: readonly BoundExpression[], context: ResolveContext): void {
  for (const arg of args) checkHashableType(arg.type, arg.span ?? context.span);
}

function checkHashableType(type: DataType, span: Span): void {
  if (type.kind === "map") {
    throw mismatch("HASH_MAP_TYPE", "a map has no hash, since its entries have no order", span);
  }
  if (type.kind === "variant") throw notImplemented("the hash of a variant", span);
  if (type.kind === "array") checkHashableType(type.element, span);
  if (type.kind === "struct") for (const field of type.fields) checkHashableType(field.type, span);
}

export const HASHES: readonly FunctionDef[] = [
  define(
    "md5",
    [BIN],
    STRING,
    script("md5", ([bytes]) => hexDigest("md5", bytes!)),
    {
      summary: "MD5 of bytes, as 32 hexadecimal digits.",
      example: "md5('Spark')",
    },
  ),
  define(
    "sha",
    [BIN],
    STRING,
    script("sha1", ([bytes]) => hexDigest("sha1", bytes!)),
    {
      aliases: ["sha1"],
      showsAlias: true,
      summary: "SHA-1 of bytes, in hexadecimal.",
      example: "sha1('Spark')",
    },
  ),
  define(
    "sha2",
    [BIN, as(INT)],
    STRING,
    script("sha2", ([bytes, bits]) => {
      const name = SHA2_NAMES[bits as number];
      return name ? hexDigest(name, bytes!) : null;
    }),
    {
      nullable: true,
      summary: "SHA-2 of bytes with 224, 256, 384 or 512 bits; 0 means 256.",
      example: "sha2('Spark', 256)",
    },
  ),
  define(
    "crc32",
    [BIN],
    LONG,
    script("crc32", ([bytes]) => BigInt(crc32(bytes as Uint8Array))),
    {
      summary: "CRC-32 of bytes.",
      example: "crc32('Spark')",
    },
  ),
  define(
    "hash",
    [ANY],
    INT,
    script(
      "hash",
      (args, call) =>
        hashMurmur3(
          args,
          call.args.map((a) => a.type),
        ),
      {
        onNull: true,
      },
    ),
    {
      rest: ANY,
      nullable: false,
      check: checkHashable,
      summary: "Murmur3 hash of the arguments, seed 42.",
      example: "hash('Spark', array(123), 2)",
    },
  ),
  define(
    "xxhash64",
    [ANY],
    LONG,
    script(
      "xxhash64",
      (args, call) =>
        hashXxHash64(
          args,
          call.args.map((a) => a.type),
        ),
      {
        onNull: true,
      },
    ),
    {
      rest: ANY,
      nullable: false,
      check: checkHashable,
      summary: "64-bit xxHash of the arguments, seed 42.",
      example: "xxhash64('Spark', array(123), 2)",
    },
  ),
];
