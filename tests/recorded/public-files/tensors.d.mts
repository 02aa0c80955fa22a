/** Tensors of float32 numbers. */
interface Stored {
  readonly shape: readonly number[]
  readonly dtype: 'float32'
  readonly data: Float32Array
}

export function writeTensors(folder: string, lists: Readonly<Record<string, readonly Stored[]>>): void
export function readTensors(folder: string, name: string): Stored[]
