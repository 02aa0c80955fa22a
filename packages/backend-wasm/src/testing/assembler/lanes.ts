/** The 16 bytes of a vector. */
export type VectorBytes = Uint8Array<ArrayBuffer>

export type Lanes = Int32Array | Float32Array | Float64Array

/** The bytes of a vector with these lanes. */
export const vectorOf = (lanes: Lanes): VectorBytes => new Uint8Array(lanes.buffer as ArrayBuffer).slice()

export const int32 = (vector: VectorBytes) => new Int32Array(vector.buffer)
export const float32 = (vector: VectorBytes) => new Float32Array(vector.buffer)
export const float64 = (vector: VectorBytes) => new Float64Array(vector.buffer)

/** Lanes with one value replaced. */
export function replaced<A extends Lanes>(lanes: A, lane: number, value: number): A {
  const copy = lanes.slice() as A
  copy[lane] = value
  return copy
}
