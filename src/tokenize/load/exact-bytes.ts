/** The bytes each token of a byte-level tokenizer stands for: text comes back exactly from them. */
import type { AddedTokens } from "../added-tokens.ts";
import { bytesOfToken } from "../decode/decoders.ts";
import type { TokenModel } from "../model/token-model.ts";

/** The bytes of tokens in GPT-2's alphabet; added tokens are their own text. */
export function byteTokens(
  addedTokens: AddedTokens,
  model: TokenModel,
): (id: number) => Uint8Array | undefined {
  const known = new Map<number, Uint8Array>();
  return (id) => {
    let bytes = known.get(id);
    if (bytes === undefined) {
      const token = addedTokens.formOf(id) ?? model.tokenOf(id);
      if (token === undefined) return undefined;
      bytes = bytesOfToken(token);
      known.set(id, bytes);
    }
    return bytes;
  };
}
