/**
 * JavaScript functions as scalar functions of engine SQL. DuckDB's worker threads wait for the
 * main thread here, so these are for what SQL cannot say, not for the hot path.
 */
import type { DuckDBScalarFunction } from "@duckdb/node-api";
import { runBounded } from "./bounded-call.ts";
import { converterOf } from "./column-reader.ts";
import { type DuckDbModule, duckDbType, toDuckDb } from "./duckdb-table.ts";
import type { ScalarFunction } from "./types.ts";

/** The registrable form of `fn`. */
export function createScalarFunction(
  duckdb: DuckDbModule,
  fn: ScalarFunction,
): DuckDBScalarFunction {
  const parameterTypes = fn.parameters.map((type) => duckDbType(duckdb, type));
  const converters = fn.parameters.map((type, i) => converterOf(type, parameterTypes[i]!));
  return duckdb.DuckDBScalarFunction.create({
    name: fn.name,
    parameterTypes,
    returnType: duckDbType(duckdb, fn.returnType),
    ...(fn.handlesNull ? { specialHandling: true } : {}),
    ...(fn.volatile ? { volatile: true } : {}),
    mainFunction: (_info, input, output) => {
      const vectors = converters.map((_, i) => input.getColumnVector(i));
      let row = 0;
      const work = (): void => {
        for (; row < input.rowCount; row++) {
          const args = vectors.map((vector, i) => {
            const raw = vector.getItem(row);
            return raw === null ? null : converters[i]!(raw);
          });
          const isNull = !fn.handlesNull && args.includes(null);
          output.setItem(row, isNull ? null : toDuckDb(duckdb, fn.call(args), fn.returnType));
        }
      };
      runBounded(work, () => row);
      output.flush();
    },
  });
}
