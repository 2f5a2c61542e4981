/** What may be a token's id at all; ids that stand for no token are another matter. */
import { describeValue } from "../../core/arguments.ts";
import { SovereignError } from "../../core/errors.ts";

/** Whole numbers below 2^32 are ids; others are INVALID_PARAMETER_VALUE. */
export function requireTokenId(id: number): void {
  if (Number.isInteger(id) && id >= 0 && id < 2 ** 32) return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `${describeValue(id)} is no token id`, {
    hint: "ids are whole numbers from 0 on, below 4294967296",
  });
}
