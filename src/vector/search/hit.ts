/** What a search gives. */
import { parseJson } from "../../core/json/index.ts";
import type { Metadata } from "../types.ts";

/** A row that a query found. Its metadata is read when it is asked for. */
export class Hit {
  readonly id: string;
  /** See `search/score.ts`; of FULL_TEXT the BM25 score, of HYBRID the fused one. */
  readonly score: number;
  readonly #metadataText: string;

  /** @internal */
  constructor(id: string, score: number, metadataText: string) {
    this.id = id;
    this.score = score;
    this.#metadataText = metadataText;
  }

  get metadata(): Metadata {
    return parseJson(this.#metadataText) as unknown as Metadata;
  }

  toJSON(): { id: string; score: number; metadata: Metadata } {
    return { id: this.id, score: this.score, metadata: this.metadata };
  }
}
