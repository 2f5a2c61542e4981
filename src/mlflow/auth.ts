/**
 * Who may call the server: a file with one account a line, `name:scrypt:<salt>:<key>` for a
 * password (Basic) or `name:sha256:<digest>` for a token (Bearer), both base64url. Edits count at
 * once. The answers to strangers are those of the basic-auth app of MLflow; what slows guessing is
 * in `login-limits.ts`.
 */
import { createHash, scrypt, timingSafeEqual } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, systemClock } from "../core/clock.ts";
import { SovereignError } from "../core/errors.ts";
import { newSecretBytes } from "../core/ids.ts";
import { errnoOf, writeFileAtomic } from "../core/io/index.ts";
import { createLoginLimits } from "./login-limits.ts";

/** One line of the file. */
export interface Account {
  readonly name: string;
  readonly kind: "password" | "token";
  /** What follows the name and its colon. */
  readonly secret: string;
}

/** Cost of a guess: 16 MiB and about 50 ms. */
const SCRYPT = { N: 16384, r: 8, p: 1 } as const;
const KEY_BYTES = 32;
const MAX_NAME_LENGTH = 128;
const NAME = /^[\w.@+-]{1,128}$/;
const MAX_REMEMBERED = 1000;

/** Reads the accounts. Errors name the file and line. */
export function readAccounts(path: string): Account[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const isMissing = errnoOf(cause) === "ENOENT";
    const problem = isMissing ? "there is no account file" : "cannot read the account file";
    throw new SovereignError(
      isMissing ? "RESOURCE_DOES_NOT_EXIST" : "PERMISSION_DENIED",
      `${problem} \`${path}\``,
      { hint: `\`sovereign mlflow auth add NAME --file ${path}\` makes it`, cause },
    );
  }
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const [name = "", scheme = "", ...rest] = line.trim().split(":");
    const isWhole = (scheme === "scrypt" && rest.length === 2) || scheme === "sha256";
    if (!NAME.test(name) || !isWhole || rest.length === 0) {
      throw new SovereignError("DATA_LOSS", `\`${path}\` line ${index + 1} is no account`, {
        hint: "take the line out, and add the account again with `sovereign mlflow auth add`",
      });
    }
    const kind = scheme === "scrypt" ? "password" : "token";
    return [{ name, kind, secret: [scheme, ...rest].join(":") } satisfies Account];
  });
}

/** Writes the accounts, readable by their owner only. */
export async function writeAccounts(path: string, accounts: readonly Account[]): Promise<void> {
  const lines = accounts.map(({ name, secret }) => `${name}:${secret}\n`);
  await writeFileAtomic(path, lines.join(""), 0o600);
}

/** An account with a password. INVALID_PARAMETER_VALUE for a bad name or an empty password. */
export async function createPasswordAccount(name: string, password: string): Promise<Account> {
  checkName(name);
  if (password === "") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "the password is empty", {
      hint: "type one, or pipe it in on stdin",
    });
  }
  const salt = newSecretBytes(16);
  const key = await deriveKey(password, salt);
  return { name, kind: "password", secret: `scrypt:${toText(salt)}:${toText(key)}` };
}

/** An account with a fresh token, which is told only here. */
export function createTokenAccount(name: string): { account: Account; token: string } {
  checkName(name);
  const token = toText(newSecretBytes(32));
  return { account: { name, kind: "token", secret: `sha256:${toText(digest(token))}` }, token };
}

/** Looks at a request's credentials; true when it has answered 401. */
export type AuthGate = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** Callers by the digest of their credentials, so that a password costs its 50 ms once. */
interface Memory {
  readonly good: Set<string>;
  /** Apart from the good ones: a flood of guesses must not push those out. */
  readonly wrong: Set<string>;
  readonly inProgress: Map<string, Promise<boolean>>;
}

/** The gate over the accounts in `path`. Fails at once when the file is missing or broken. */
export function createAuthGate(path: string, clock: Clock = systemClock): AuthGate {
  const tryLogin = createLoginLimits(clock);
  let stamp = stampOf(path);
  let accounts = readAccounts(path);
  let memory = createMemory();
  return async (request, response) => {
    const current = stampOf(path);
    if (current !== stamp) {
      accounts = rereadAccounts(path);
      stamp = current;
      memory = createMemory();
    }
    const header = request.headers.authorization ?? "";
    const address = request.socket.remoteAddress ?? "";
    const isGood = await judge(memory, header, (known) =>
      isKnown(header, known, (name, check) => tryLogin({ address, name, check })),
    );
    if (!isGood) refuse(response);
    return !isGood;
  };

  /** Edits may come while a password is tried: what it is tried against is what it counts for. */
  async function judge(
    { good, wrong, inProgress }: Memory,
    header: string,
    check: (known: readonly Account[]) => Promise<boolean>,
  ): Promise<boolean> {
    const key = toText(digest(header));
    if (good.has(key)) return true;
    if (wrong.has(key)) return false;
    let checking = inProgress.get(key);
    if (checking === undefined) {
      checking = check(accounts).finally(() => inProgress.delete(key));
      inProgress.set(key, checking);
    }
    const isGood = await checking;
    const judged = isGood ? good : wrong;
    if (judged.size >= MAX_REMEMBERED) judged.clear();
    judged.add(key);
    return isGood;
  }
}

function createMemory(): Memory {
  return { good: new Set(), wrong: new Set(), inProgress: new Map() };
}

/** The accounts after an edit; while they cannot be read nobody gets in. */
function rereadAccounts(path: string): Account[] {
  try {
    return readAccounts(path);
  } catch (cause) {
    const hint = "put the file back, or mend its line";
    const problem = "the server's accounts cannot be read";
    throw new SovereignError("PERMISSION_DENIED", problem, { hint, cause });
  }
}

async function isKnown(
  header: string,
  accounts: readonly Account[],
  tryLogin: (name: string, check: () => Promise<boolean>) => Promise<boolean>,
): Promise<boolean> {
  const [scheme = "", credentials = ""] = header.split(/\s+/, 2);
  if (scheme.toLowerCase() === "bearer") {
    const secret = `sha256:${toText(digest(credentials))}`;
    return accounts.some((account) => account.kind === "token" && equal(account.secret, secret));
  }
  if (scheme.toLowerCase() !== "basic") return false;
  const text = Buffer.from(credentials, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const [name, password] = [text.slice(0, colon), text.slice(colon + 1)];
  const account = accounts.find((one) => one.kind === "password" && one.name === name);
  // A stranger's name costs the same time as a wrong password.
  const [, salt = "", key = ""] = (account?.secret ?? "scrypt:AAAA:AAAA").split(":");
  return tryLogin(name.slice(0, MAX_NAME_LENGTH), async () => {
    const derived = await deriveKey(password, Buffer.from(salt, "base64url"));
    return colon > 0 && account !== undefined && equal(toText(derived), key);
  });
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, {
    "content-type": "text/plain; charset=utf-8",
    "www-authenticate": 'Basic realm="mlflow"',
  });
  response.end(
    "You are not authenticated. Give a username and password, or a bearer token " +
      "(MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN).",
  );
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` is no account name`, {
    hint: "use letters, digits and . _ @ + -",
  });
}

function deriveKey(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, SCRYPT, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function toText(bytes: Buffer): string {
  return bytes.toString("base64url");
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.mtimeMs}:${stats.size}:${stats.ino}`;
}
