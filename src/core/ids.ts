/** Fresh identifiers. */
import { randomBytes, randomUUID } from "node:crypto";

/** Random UUID, version 4, lower case with dashes. */
export function newUuid(): string {
  return randomUUID();
}

/** 32 random hexadecimal digits, lower case: MLflow's run ids. */
export function newHexId(): string {
  return randomUUID().replaceAll("-", "");
}

/** Bytes no one can predict, for keys and initialisation vectors. */
export function newSecretBytes(byteCount: number): Buffer {
  return randomBytes(byteCount);
}
