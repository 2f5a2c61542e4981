/**
 * What slows the guessing of passwords. Wrong ones use up what an address and an account may get
 * wrong, which comes back with time; few are tried at once, so that guesses do not take the threads
 * from artifacts. Whoever came in before is not held up by guesses at their account.
 */
import type { Clock } from "../core/clock.ts";
import { MlflowError } from "./wire/error.ts";

/** One try of a password. */
export interface LoginAttempt {
  /** The caller's IP address. */
  readonly address: string;
  readonly name: string;
  /** Costs time and memory. */
  readonly check: () => Promise<boolean>;
}

/** A refusal to try: 429, and after how many seconds it may go better. */
export class TooManyLogins extends MlflowError {
  readonly retryAfterS: number;

  constructor(retryAfterS: number) {
    super("REQUEST_LIMIT_EXCEEDED", `Too many passwords were tried; wait ${retryAfterS} s.`);
    this.retryAfterS = retryAfterS;
  }
}

const WRONG_IN_A_ROW = 20;
const ADDRESS_REFILL_MS = 3000;
const ACCOUNT_REFILL_MS = 10_000;
const MAX_KEYS = 10_000;
const MAX_RUNNING = 2;
const MAX_WAITING = 64;

/** Makes the limits: a function that tries a password, true when it is right, or throws. */
export function createLoginLimits(clock: Clock): (attempt: LoginAttempt) => Promise<boolean> {
  const addresses = createAllowance(ADDRESS_REFILL_MS, clock);
  const accounts = createAllowance(ACCOUNT_REFILL_MS, clock);
  /** Accounts with the places they came from. */
  const welcome = new Set<string>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn(check: () => Promise<boolean>): Promise<boolean> {
    if (running < MAX_RUNNING) running++;
    else if (waiting.length < MAX_WAITING) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else throw new TooManyLogins(1);
    try {
      return await check();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  }

  return async ({ address, name, check }) => {
    const place = blockOf(address);
    const caller = `${place} ${name}`;
    const takes = welcome.has(caller)
      ? [addresses.take(place)]
      : [addresses.take(place), accounts.take(name)];
    try {
      const waitMs = Math.max(...takes.map((take) => take.waitMs));
      if (waitMs > 0) throw new TooManyLogins(Math.ceil(waitMs / 1000));
      const isRight = await inTurn(check);
      if (!isRight) return false;
    } catch (error) {
      for (const take of takes) take.giveBack();
      throw error;
    }
    for (const take of takes) take.giveBack();
    if (welcome.size >= MAX_KEYS) welcome.clear();
    welcome.add(caller);
    return true;
  };
}

/** How many wrong passwords are left by key; each comes back after `refillMs`. */
function createAllowance(refillMs: number, clock: Clock) {
  /** When all that was used is back. The least recent key is first, and goes first. */
  const fullAtMs = new Map<string, number>();

  function set(key: string, atMs: number): void {
    fullAtMs.delete(key);
    if (atMs <= clock.monotonicMs()) return;
    const [oldest] = fullAtMs.keys();
    if (fullAtMs.size >= MAX_KEYS && oldest !== undefined) fullAtMs.delete(oldest);
    fullAtMs.set(key, atMs);
  }

  return {
    /** Uses one, if there is one: `waitMs` is above 0 when there is none. */
    take(key: string) {
      const nowMs = clock.monotonicMs();
      const atMs = Math.max(fullAtMs.get(key) ?? 0, nowMs) + refillMs;
      const waitMs = atMs - nowMs - WRONG_IN_A_ROW * refillMs;
      if (waitMs > 0) return { waitMs, giveBack: () => undefined };
      set(key, atMs);
      return { waitMs: 0, giveBack: () => set(key, (fullAtMs.get(key) ?? 0) - refillMs) };
    },
  };
}

/** An IPv4 address, or the network of an IPv6 one: whoever has one of its addresses has them all. */
function blockOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = [], tail = []] = address.split("::").map((part) => part.split(":"));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}
