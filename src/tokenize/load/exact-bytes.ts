/** The bytes each token of a byte-level tokenizer stands for: text comes back exactly from them. */
import type { AddedTokens } from "../added-tokens.ts";
import { bytesOfToken } from "../decode/decoders.ts";
import { BpeModel } from "../model/bpe.ts";
import type { TokenBytes, TokenModel } from "../model/token-model.ts";

type BytesOf = (id: number) => Uint8Array | undefined;

/** The bytes of tokens in GPT-2's alphabet; added tokens are their own text. */
export function byteTokens(addedTokens: AddedTokens, model: TokenModel): BytesOf {
  const known = new Map<number, Uint8Array>();
  const tokenBytes = model instanceof BpeModel ? model.tokenBytes : null;
  let kept: BytesOf | null = null;
  return (id) => {
    let bytes = known.get(id);
    if (bytes !== undefined) return bytes;
    const form = addedTokens.formOf(id);
    if (form === undefined && tokenBytes !== null) {
      kept ??= byId(tokenBytes);
      return kept(id);
    }
    const token = form ?? model.tokenOf(id);
    if (token === undefined) return undefined;
    bytes = bytesOfToken(token);
    known.set(id, bytes);
    return bytes;
  };
}

/** Finds tokens kept end to end; views of them. */
function byId({ bytes, lengths, ids }: TokenBytes): BytesOf {
  const ends = new Uint32Array(ids.length);
  const places = new Map<number, number>();
  let end = 0;
  for (let i = 0; i < ids.length; i++) {
    end += lengths[i]!;
    ends[i] = end;
    places.set(ids[i]!, i);
  }
  return (id) => {
    const i = places.get(id);
    return i === undefined ? undefined : bytes.subarray(ends[i]! - lengths[i]!, ends[i]);
  };
}
