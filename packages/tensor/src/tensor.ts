// Newer libs have the types of `using`; this reference adds them to older ones.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Aval } from './aval.ts'
import { bytesPerElement, type DType, fromMemory, type TypedArray, viewOf } from './dtype.ts'
import { BackendError, ShapeError, TraceError } from './errors.ts'
import { formatTensor, formatValues, showAsText } from './print.ts'
import { formatShape, type Shape, sizeOf } from './shape.ts'
import type { Holding, Storage } from './storage.ts'

/** Values nested like the tensor's dimensions; a scalar is the bare value. */
export type NestedArray = number | boolean | NestedArray[]

/** An operand of an elementwise function. A number takes the dtype of the other operand. */
export type TensorLike = Tensor | number | boolean

const collected = new FinalizationRegistry<Holding>((holding) => holding.release())
/** The sets that the running `collect` calls fill, the innermost last. */
const collections: Set<Tensor>[] = []

/**
 * An n-dimensional array. Immutable: ops return new tensors and never consume their inputs.
 *
 * A tensor made by an op holds a buffer on a backend. While a function is traced (inside `compile`, or when shapes are
 * inferred), tensors have a shape and a dtype but no value; reading one throws `TraceError`.
 */
export class Tensor implements Aval {
  readonly shape: Shape
  readonly dtype: DType
  private held: Storage | undefined

  constructor(aval: Aval, storage?: Storage) {
    showAsText(Tensor.prototype)
    this.shape = aval.shape
    this.dtype = aval.dtype
    this.held = storage
    if (storage) {
      collected.register(this, storage.holding, this)
      collections.at(-1)?.add(this)
    }
  }

  get rank(): number {
    return this.shape.length
  }

  get size(): number {
    return sizeOf(this.shape)
  }

  /** Whether the tensor has a value. Tensors of a function that is traced have none. */
  get concrete(): boolean {
    return this.held !== undefined
  }

  /** The memory behind the tensor. For interpreters and backends. */
  get storage(): Storage {
    if (!this.held) {
      throw new TraceError(
        `The value of a ${this.dtype}${formatShape(this.shape)} tensor was asked for while a function is traced, ` +
          'where only shapes are known. Use ops such as `where` instead of reading the value, or return it and read it outside.',
      )
    }
    if (!this.held.alive) {
      throw new BackendError(
        `This ${this.dtype}${formatShape(this.shape)} tensor was disposed or donated to a compiled function. ` +
          "Use the function's result instead, or do not donate or dispose it.",
      )
    }
    return this.held
  }

  /** The values in row-major order, read from the backend. */
  async data(): Promise<TypedArray> {
    const { memory, buffer } = this.storage
    return this.view(await memory.read(buffer))
  }

  /** The values in row-major order, on backends that can be read without waiting (cpu, wasm). */
  dataSync(): TypedArray {
    const { memory, buffer } = this.storage
    if (!memory.readSync) {
      throw new BackendError(`The ${memory.name} backend cannot read synchronously. Use \`await tensor.data()\`.`)
    }
    return this.view(memory.readSync(buffer))
  }

  /** The values as nested arrays; `bool` gives booleans. */
  array(): NestedArray {
    return nest(this.dataSync(), this.shape, this.dtype)
  }

  /** The value of a tensor with one element. */
  item(): number | boolean {
    if (this.size !== 1) {
      throw new ShapeError(
        `item() needs a tensor with one element; this one has shape ${formatShape(this.shape)}. Use array() or dataSync().`,
      )
    }
    const value = this.dataSync()[0]!
    return this.dtype === 'bool' ? value !== 0 : value
  }

  /**
   * The values as NumPy prints them; the shape and the dtype of a tensor that has no value now. `console.log` shows the same in
   * Node, Deno and Bun.
   */
  toString(): string {
    if (this.held?.alive) return formatTensor(this)
    return `Tensor(${this.held ? 'disposed' : 'traced'}, shape=${formatShape(this.shape)}, dtype=${this.dtype})`
  }

  /**
   * Prints the values as NumPy does. The promise resolves when they are printed; on backends that can be read without waiting
   * (cpu, wasm) that is before `print` returns.
   *
   * @example
   * import { tensor } from '@gradus/tensor'
   * tensor([[1, 2], [3, 4.5]]).print()
   */
  async print(): Promise<void> {
    const wait = this.held?.alive && !this.held.readsAtOnce
    console.log(wait ? formatValues(await this.data(), this.shape, this.dtype) : this.toString())
  }

  /** The values as nested arrays, for `JSON.stringify`. */
  toJSON(): NestedArray {
    return this.array()
  }

  /** Frees the tensor's memory now instead of at garbage collection. Further calls do nothing. */
  dispose(): void {
    if (!this.held?.alive || !collected.unregister(this)) return
    this.held.release()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Donates the buffer to a program; the tensor cannot be read afterwards. For interpreters. */
  donate(): void {
    this.storage.surrender()
    collected.unregister(this)
  }

  /** Gives the tensor another buffer and releases the old one, or surrenders it if another tensor has got it. For interpreters. */
  replaceStorage(storage: Storage, surrender: boolean): void {
    const old = this.storage
    collected.unregister(this)
    collected.register(this, storage.holding, this)
    this.held = storage
    if (surrender) old.surrender()
    else old.release()
  }

  private view(bytes: Uint8Array): TypedArray {
    const size = this.size
    const length = size * bytesPerElement(this.dtype)
    if (bytes.byteOffset % bytesPerElement(this.dtype) === 0) {
      return fromMemory(this.dtype, viewOf(this.dtype, bytes.buffer, bytes.byteOffset, size))
    }
    const copy = bytes.slice(0, length)
    return fromMemory(this.dtype, viewOf(this.dtype, copy.buffer, 0, size))
  }
}

/** Flat values as nested arrays of a shape; a scalar is the bare value, `bool` gives booleans. */
export function nest(data: TypedArray, shape: Shape, dtype: DType): NestedArray {
  let offset = 0
  const build = (axis: number): NestedArray => {
    if (axis === shape.length) {
      const value = data[offset++]!
      return dtype === 'bool' ? value !== 0 : value
    }
    return Array.from({ length: shape[axis]! }, () => build(axis + 1))
  }
  return build(0)
}

/** Records the tensors created by `body`. */
export function collect<T>(body: () => T): { result: T; created: Set<Tensor> } {
  const created = new Set<Tensor>()
  collections.push(created)
  try {
    return { result: body(), created }
  } finally {
    collections.pop()
  }
}

/** Adds tensors that outlive a finished `collect` to the one around it, if there is one. */
export function adopt(tensors: Iterable<Tensor>): void {
  const outer = collections.at(-1)
  if (outer) for (const tensor of tensors) outer.add(tensor)
}

/** Removes tensors that are made once and kept from all running `collect` calls, so that `tidy` does not free them. */
export function keepTensors(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) for (const created of collections) created.delete(tensor)
}
