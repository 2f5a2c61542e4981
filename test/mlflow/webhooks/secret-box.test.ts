import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createFixedClock, systemClock } from "../../../src/core/clock.ts";
import { createSecretBox, readKeyFile } from "../../../src/mlflow/webhooks/secret-box.ts";

const KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
/** The token of the Fernet specification's test vectors (github.com/fernet/spec). */
const TOKEN =
  "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

test("reads the token of the Fernet specification", () => {
  expect(createSecretBox(KEY, systemClock).decrypt(TOKEN)).toBe("hello");
});

test("reads its own tokens, which carry the time and are never the same", () => {
  const box = createSecretBox(KEY, createFixedClock(1_700_000_000_000));
  const [first, second] = [box.encrypt("schlüssel"), box.encrypt("schlüssel")];
  expect(first).not.toBe(second);
  expect(Buffer.from(first, "base64url").readBigUInt64BE(1)).toBe(1_700_000_000n);
  expect(box.decrypt(first)).toBe("schlüssel");
});

test("refuses what was changed, cut short or made under another key", () => {
  const box = createSecretBox(KEY, systemClock);
  const other = createSecretBox(readKeyFile(":memory:"), systemClock);
  const bytes = Buffer.from(TOKEN, "base64url");
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => box.decrypt(changed.toString("base64url"))).toThrow(/another key/);
  }
  for (const token of ["", "x", TOKEN.slice(0, 40), other.encrypt("a")]) {
    expect(() => box.decrypt(token)).toThrow(/another key/);
  }
});

test("refuses a key that is none", () => {
  for (const key of ["", "short", `${KEY}aaaa`]) {
    expect(() => createSecretBox(key, systemClock)).toThrow(/not a Fernet key/);
  }
});

test("keeps one key beside a database, for its owner only", () => {
  const folder = mkdtempSync(join(tmpdir(), "webhook-key-"));
  try {
    const database = join(folder, "m.db");
    const key = readKeyFile(database);
    expect(readKeyFile(database).trim()).toBe(key);
    expect(readFileSync(`${database}.webhook-key`, "utf8").trim()).toBe(key);
    expect(statSync(`${database}.webhook-key`).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
