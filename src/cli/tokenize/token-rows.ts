/** Tokens of inputs as rows, a batch per chunk: id, token, first and last byte. */
import { structField, structType } from "../../lake/schema/data-type.ts";
import type { Tokenizer } from "../../tokenize/index.ts";
import type { CommandContext } from "../context.ts";
import type { RowSource } from "../output/rows.ts";
import { type EncodeInputOptions, encodeInput } from "./encode-input.ts";
import type { TextInput } from "./inputs.ts";

const FIELDS = [
  structField("id", { kind: "int" }),
  structField("token", { kind: "string" }),
  structField("start", { kind: "long" }),
  structField("end", { kind: "long" }),
];

/** The rows; places count from the beginning of each input, which rows of several name first. */
export function tokenRows(
  inputs: readonly TextInput[],
  tokenizer: Tokenizer,
  options: EncodeInputOptions,
  context: CommandContext,
): RowSource {
  const isNamed = inputs.length > 1;
  const file = structField("file", { kind: "string" });
  return {
    schema: structType(isNamed ? [file, ...FIELDS] : FIELDS),
    async *batches() {
      for (const input of inputs) {
        for await (const { chunk, encoding } of encodeInput(input, tokenizer, options, context)) {
          const offsets = encoding.offsets("bytes");
          const place = (row: number, end: 0 | 1) => BigInt(chunk.fromByte + offsets[row]![end]);
          yield {
            rowCount: encoding.length,
            columns: [
              ...(isNamed ? [{ get: () => input.name }] : []),
              { get: (row: number) => encoding.ids[row]! },
              { get: (row: number) => tokenizer.tokenOf(encoding.ids[row]!) ?? null },
              { get: (row: number) => place(row, 0) },
              { get: (row: number) => place(row, 1) },
            ],
          };
        }
      }
    },
  };
}
