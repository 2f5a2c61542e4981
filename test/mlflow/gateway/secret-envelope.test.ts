/** Secrets at rest: what is sealed opens again, and nothing else does. */
import { expect, test } from "vitest";
import { readMlflowEnvironment } from "../../../src/mlflow/environment.ts";
import { maskSecret, openSecret, sealSecret } from "../../../src/mlflow/gateway/secret-envelope.ts";

const plain = readMlflowEnvironment({});
const locked = readMlflowEnvironment({ MLFLOW_CRYPTO_KEK_PASSPHRASE: "a passphrase" });
const owner = { secretId: "s-1", name: "ключ" };
const value = { api_key: "sk-ünïcode-😀", region: "eu" };

test("opens what MLflow 3.11.1 sealed with its default passphrase", async () => {
  const sealed = {
    encryptedValue: Buffer.from(
      "704837147de65f1cf684d1a10d1bc0cdbbfd828ff05dfcf83714b3790e1995ac038ae5c17abd618efb6ceeaf1c8d8975318de33fc0589c25c6ce1811c4edead4fbb184b7aa10db69bcb9b889210c584923",
      "hex",
    ),
    wrappedKey: Buffer.from(
      "df30bc16fb95cc1d4e4464ea630d8f15c3430de09485a1d38ed98341beabb67eb2c06267214a4d266f70724a4e16627e011501aeeb0a2507a5fdf8d3",
      "hex",
    ),
    kekVersion: 1,
  };
  const text = await openSecret(plain, { secretId: "s-0123", name: "made by MLflow" }, sealed);
  expect(JSON.parse(text)).toEqual({ api_key: "sk-not-a-key", é: "😀" });
});

test("seals every value anew, bound to its owner and the passphrase", async () => {
  const sealed = await sealSecret(locked, owner, value);
  expect(JSON.parse(await openSecret(locked, owner, sealed))).toEqual(value);
  const again = await sealSecret(locked, owner, value);
  expect(again.encryptedValue.equals(sealed.encryptedValue)).toBe(false);
  expect(again.wrappedKey.equals(sealed.wrappedKey)).toBe(false);

  const refused = { code: "PERMISSION_DENIED" };
  await expect(openSecret(plain, owner, sealed)).rejects.toMatchObject(refused);
  const other = { ...owner, name: "other" };
  await expect(openSecret(locked, other, sealed)).rejects.toMatchObject(refused);
  const flipped = Buffer.from(sealed.encryptedValue);
  flipped[20] = (flipped[20] ?? 0) ^ 1;
  const damaged = { ...sealed, encryptedValue: flipped };
  await expect(openSecret(locked, owner, damaged)).rejects.toMatchObject(refused);
  for (const length of [0, 5, 12, 27, 28]) {
    const short = { ...sealed, wrappedKey: sealed.wrappedKey.subarray(0, length) };
    await expect(openSecret(locked, owner, short)).rejects.toMatchObject(refused);
  }
});

test("another version of the key is another key", async () => {
  const [first, second] = ["1", "2"].map((version) =>
    readMlflowEnvironment({
      MLFLOW_CRYPTO_KEK_PASSPHRASE: "same",
      MLFLOW_CRYPTO_KEK_VERSION: version,
    }),
  ) as [typeof plain, typeof plain];
  const sealed = await sealSecret(second, owner, value);
  expect(sealed.kekVersion).toBe(2);
  await expect(openSecret(first, owner, sealed)).rejects.toMatchObject({
    code: "PERMISSION_DENIED",
  });
});

test("shows of a value its ends, and of a short one nothing", () => {
  expect(maskSecret({ a: "1234567", b: "12345678", c: "😀😀😀😀😀😀😀é", d: "" })).toEqual({
    a: "***",
    b: "123...5678",
    c: "😀😀😀...😀😀😀é",
    d: "***",
  });
});
