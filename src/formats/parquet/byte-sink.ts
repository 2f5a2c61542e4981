/**
 * Bytes being written, in a buffer that grows: plain little-endian values and the variable-length
 * integers of Parquet's levels and of Thrift's compact protocol.
 */
export class ByteSink {
  #bytes = Buffer.allocUnsafe(4096);
  length = 0;

  /** What was written, copied; the sink can be used again after `clear`. */
  take(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  int32(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeInt32LE(value, at);
  }

  int64(value: bigint): void {
    const at = this.#room(8);
    this.#bytes.writeBigInt64LE(value, at);
  }

  int64BigEndian(value: bigint): void {
    const at = this.#room(8);
    this.#bytes.writeBigInt64BE(value, at);
  }

  float32(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeFloatLE(value, at);
  }

  float64(value: number): void {
    const at = this.#room(8);
    this.#bytes.writeDoubleLE(value, at);
  }

  bytes(value: Uint8Array): void {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  /** UTF-8, without its length. */
  text(value: string, byteLength: number): void {
    const at = this.#room(byteLength);
    this.#bytes.write(value, at);
  }

  /** Seven bits a byte, lowest first (ULEB128). */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  /** Overwrites four bytes that were left for a length. */
  patchInt32(at: number, value: number): void {
    this.#bytes.writeInt32LE(value, at);
  }

  #room(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.length, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    return at;
  }
}
