/** `--txn-id app:version`: which step of which application an import is. */
import { SovereignError } from "../../../core/errors.ts";
import type { Lake } from "../../../lake/index.ts";

export interface TransactionId {
  readonly appId: string;
  readonly version: bigint;
}

const MAX_VERSION = 2n ** 63n - 1n;

/** Reads the flag; the version stands behind the last colon. */
export function readTransactionId(text: string): TransactionId {
  const match = /^(.+):(\d{1,19})$/s.exec(text);
  const version = match ? BigInt(match[2]!) : MAX_VERSION + 1n;
  if (match && version <= MAX_VERSION) return { appId: match[1]!, version };
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${text}\` is no \`app:version\``, {
    hint: "name the application and a whole number that grows, for example `nightly:20240131`",
  });
}

/** The version the table has of the application, if it is this one or a later one. */
export async function findCommitted(
  lake: Lake,
  table: string,
  id: TransactionId,
): Promise<bigint | null> {
  const seen = await (await lake.table(table)).txnVersion(id.appId);
  return seen !== null && BigInt(seen) >= id.version ? BigInt(seen) : null;
}
