/** Calls of the library with arguments that no compiler has looked at. */
import { SovereignError } from "../src/core/errors.ts";

/** What callers without types hand over by mistake; fresh at each call. */
export function oddValues(): unknown[] {
  return [
    ...[undefined, null, Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1.5, 2 ** 53, 5n, -0],
    ...["", "abc", "5", "1,2,3", "a\0b", "\ud800", true, false, Symbol("odd"), () => undefined],
    ...[
      [],
      [[]],
      [null],
      [undefined],
      ["a"],
      [Number.NaN],
      ["1", "2", "3"],
      [1, 2],
      [Symbol("odd")],
    ],
    ...[{}, { length: 3 }, { a: 1 }, Object.create(null), new Date(0), new Map(), new Set([1])],
    ...[/x/, new Uint8Array(3), new Float64Array(4), new BigInt64Array(3), new ArrayBuffer(8)],
    ...[new DataView(new ArrayBuffer(8)), Object("boxed"), Promise.resolve(1)],
  ];
}

/** A call with good arguments, made anew each time: calls may change them. */
export interface Call {
  readonly args: () => unknown[];
  readonly run: (...args: unknown[]) => unknown;
}

/**
 * Calls with an odd value in each place, and in each field of arguments that are objects. Lists what
 * was answered with anything but a result or an error of ours with a hint.
 */
export async function findBareErrors(name: string, { args, run }: Call): Promise<string[]> {
  const found: string[] = [];
  for (const { place, put } of placesOf(args())) {
    for (let odd = 0; odd < oddValues().length; odd++) {
      const given = args();
      put(given, oddValues()[odd]);
      try {
        await drain(run(...given));
      } catch (error) {
        if (error instanceof SovereignError && error.hint !== undefined && error.exitCode !== 70) {
          continue;
        }
        found.push(`${name}, ${place}, odd value ${odd}: ${String(error)}`);
      }
    }
  }
  return found;
}

interface Place {
  readonly place: string;
  readonly put: (args: unknown[], odd: unknown) => void;
}

function placesOf(args: readonly unknown[]): Place[] {
  return args.flatMap((arg, i) => {
    const whole: Place = {
      place: `argument ${i + 1}`,
      put: (given, odd) => {
        given[i] = odd;
      },
    };
    if (
      typeof arg !== "object" ||
      arg === null ||
      Object.getPrototypeOf(arg) !== Object.prototype
    ) {
      return [whole];
    }
    const fields = Object.keys(arg).map((field) => ({
      place: `argument ${i + 1}, ${field}`,
      put: (given: unknown[], odd: unknown) => {
        given[i] = { ...(given[i] as object), [field]: odd };
      },
    }));
    return [whole, ...fields];
  });
}

/** Generators do nothing before they are asked. */
async function drain(result: unknown): Promise<void> {
  const value = await result;
  if (typeof value !== "object" || value === null) return;
  const isLazy = Symbol.asyncIterator in value || "next" in value;
  if (!isLazy) return;
  let count = 0;
  for await (const _ of value as AsyncIterable<unknown>) if (++count > 100) return;
}
