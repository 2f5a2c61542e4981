/** `sequence` over dates and timestamps (Spark 4.2 `Sequence.InternalSequenceBase`), zone UTC. */
import type { DataType } from "../../../schema/data-type.ts";
import type { Value } from "../../../schema/value.ts";
import { runtimeError } from "../builder.ts";
import { addMonths, floorDivide, MICROS_PER_DAY } from "./civil.ts";

/** What one row may hold; beyond it a row would take the machine's memory. */
const MAX_BUILT_ELEMENTS = 20_000_000n;

interface Steps {
  /** Positive, negative or zero. */
  readonly sign: number;
  /** Lower bound of the length of a step. */
  readonly leastMicros: bigint;
  /** Start plus `count` steps. */
  at(start: bigint, count: number): bigint;
}

/** The values from start to stop; `step` is an interval of `stepType`, a day when left out. */
export function temporalSequence(
  [start, stop, step]: readonly Value[],
  type: DataType,
  stepType: DataType | null,
): Value {
  const isDate = type.kind === "date";
  const [first, last] = isDate
    ? [BigInt(start as number) * MICROS_PER_DAY, BigInt(stop as number) * MICROS_PER_DAY]
    : [start as bigint, stop as bigint];
  const steps = stepType
    ? stepsOf(step!, stepType, isDate)
    : stepsOfMicros(first <= last ? MICROS_PER_DAY : -MICROS_PER_DAY);
  const direction = last > first ? 1 : last < first ? -1 : 0;
  if (direction !== 0 && steps.sign !== direction) {
    throw runtimeError(
      "INVALID_PARAMETER_VALUE.SEQUENCE",
      "22023",
      `illegal sequence boundaries: ${first} to ${last} by ${step}`,
    );
  }
  const micros = collect(first, last, steps);
  return isDate ? micros.map((m) => Number(floorDivide(m, MICROS_PER_DAY)[0])) : micros;
}

function collect(first: bigint, last: bigint, steps: Steps): bigint[] {
  if (first === last) return [first];
  const span = first < last ? last - first : first - last;
  if (span / steps.leastMicros > MAX_BUILT_ELEMENTS) {
    throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "a sequence is too long for one row");
  }
  const values: bigint[] = [];
  for (let value = first; steps.sign > 0 ? value <= last : value >= last; ) {
    values.push(value);
    value = steps.at(first, values.length);
  }
  return values;
}

function stepsOf(step: Value, type: DataType, isDate: boolean): Steps {
  if (type.kind === "interval_ym") return stepsOfMonths(step as number);
  const micros = step as bigint;
  if (isDate && micros % MICROS_PER_DAY !== 0n) {
    throw runtimeError(
      "_LEGACY_ERROR_TEMP_3242",
      "22023",
      "the step of a sequence of dates must be whole days",
    );
  }
  return stepsOfMicros(micros);
}

function stepsOfMicros(micros: bigint): Steps {
  return {
    sign: micros > 0n ? 1 : micros < 0n ? -1 : 0,
    leastMicros: micros < 0n ? -micros : micros,
    at: (start, count) => start + BigInt(count) * micros,
  };
}

function stepsOfMonths(months: number): Steps {
  return {
    sign: Math.sign(months),
    leastMicros: BigInt(Math.abs(months)) * 28n * MICROS_PER_DAY,
    at(start, count) {
      const [days, time] = floorDivide(start, MICROS_PER_DAY);
      return BigInt(addMonths(Number(days), months * count)) * MICROS_PER_DAY + time;
    },
  };
}
