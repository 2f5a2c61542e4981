/** Guessing passwords is slow, and neither memory nor the thread pool is the guesser's. */
import { expect, test } from "vitest";
import { createFixedClock } from "../../src/core/clock.ts";
import { createLoginLimits } from "../../src/mlflow/login-limits.ts";

const START_MS = 1_700_000_000_000;

function start() {
  const clock = createFixedClock(START_MS);
  const tryLogin = createLoginLimits(clock);
  let checks = 0;
  const attempt = async (address: string, name: string, isRight = false) => {
    try {
      const check = async () => {
        checks++;
        return isRight;
      };
      return await tryLogin({ address, name, check });
    } catch (error) {
      return (error as { retryAfterS: number }).retryAfterS;
    }
  };
  return { clock, attempt, countChecks: () => checks };
}

async function repeat<T>(times: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < times; index++) results.push(await work(index));
  return results;
}

test("an address has 20 wrong ones at once, then one every 3 s", async () => {
  const { clock, attempt, countChecks } = start();
  const tries = await repeat(30, (index) => attempt("192.0.2.1", `user${index}`));
  expect(tries.filter((one) => one === false)).toHaveLength(20);
  expect([tries[20], tries[29], countChecks()]).toEqual([3, 3, 20]);
  clock.advance(3000);
  expect(await attempt("192.0.2.1", "late")).toBe(false);
  expect(await attempt("192.0.2.1", "late")).toBe(3);
  expect(await attempt("192.0.2.2", "other")).toBe(false);
});

test("an account has 20 wrong ones from everywhere, then one every 10 s", async () => {
  const { clock, attempt } = start();
  expect(await attempt("192.0.2.99", "bob", true)).toBe(true);
  const tries = await repeat(30, (index) => attempt(`192.0.2.${index}`, "bob"));
  expect(tries.filter((one) => one === false)).toHaveLength(20);
  expect(tries.at(-1)).toBe(10);
  // Who came in from there before is not held up, and other accounts are not either.
  expect(await attempt("192.0.2.99", "bob", true)).toBe(true);
  expect(await attempt("192.0.2.50", "ada", true)).toBe(true);
  clock.advance(10_000);
  expect(await attempt("192.0.2.77", "bob", true)).toBe(true);
});

test("right ones use nothing up", async () => {
  const { attempt } = start();
  const tries = await repeat(100, () => attempt("192.0.2.1", "bob", true));
  expect(new Set(tries)).toEqual(new Set([true]));
});

test("the addresses of an IPv6 network count as one", async () => {
  const { attempt } = start();
  const tries = await repeat(25, (index) => attempt(`2001:db8::${index}`, `user${index}`));
  expect(tries.filter((one) => one === false)).toHaveLength(20);
  expect(await attempt("2001:db8:0:1::1", "other")).toBe(false);
  expect(await attempt("::ffff:192.0.2.1", "other")).toBe(false);
});

test("two are tried at once, 64 wait, the others are sent away", async () => {
  const tryLogin = createLoginLimits(createFixedClock(START_MS));
  let running = 0;
  let most = 0;
  let go = () => {};
  const started = new Promise<void>((resolve) => {
    go = resolve;
  });
  const check = async () => {
    most = Math.max(most, ++running);
    await started;
    await Promise.resolve();
    running--;
    return true;
  };
  const tries = Array.from({ length: 100 }, (_, index) =>
    tryLogin({ address: `192.0.2.${index}`, name: `user${index}`, check }).catch(() => "away"),
  );
  go();
  const results = await Promise.all(tries);
  expect(most).toBe(2);
  expect(results.filter((one) => one === true)).toHaveLength(66);
  expect(results.filter((one) => one === "away")).toHaveLength(34);
});
