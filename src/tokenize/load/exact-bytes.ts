/** The bytes each token of a byte-level tokenizer stands for: text comes back exactly from them. */
import type { AddedTokens } from "../added-tokens.ts";
import { bytesOfToken } from "../decode/decoders.ts";
import type { TokenModel } from "../model/token-model.ts";

type BytesOf = (id: number) => Uint8Array | undefined;

/** The bytes of tokens in GPT-2's alphabet; added tokens are their own text. */
export function byteTokens(addedTokens: AddedTokens, model: TokenModel): BytesOf {
  const known = new Map<number, Uint8Array>();
  return (id) => {
    let bytes = known.get(id);
    if (bytes !== undefined) return bytes;
    const form = addedTokens.formOf(id);
    if (form === undefined && model.vocabulary.isRaw) return model.vocabulary.bytesOf(id);
    const token = form ?? model.tokenOf(id);
    if (token === undefined) return undefined;
    bytes = bytesOfToken(token);
    known.set(id, bytes);
    return bytes;
  };
}
