import {
  type DType,
  type Shape,
  type SymbolicDType,
  type SymbolicTensor,
  Tensor,
  type Tree,
  tensor,
} from '@gradus/tensor'
import { currentInterpreter, shapeOnly } from '@gradus/tensor/internals'
import type { HostValues, InputData, Named } from '../data/dataset.ts'
import { isHostValues, isStringArray, toHostValues } from '../data/host-values.ts'
import { ConfigError, DataError } from '../errors.ts'
import { isPlainObject, leavesOf, type Structure } from '../structure.ts'
import type { CallOptions } from './base-layer.ts'
import type { ValueCallOptions } from './build.ts'
import { Layer } from './layer.ts'
import { requireLearned } from './learning.ts'

/**
 * The base class of layers that run on the host, on values that are not tensors yet: strings in, numbers out. Such a layer may be
 * at the front of a model, which runs it before a batch goes to the device, or in a data pipeline:
 * `data.map(({ x, y }) => ({ x: layer.process(x), y }))`.
 *
 * @example
 * import { HostLayer } from '@gradus/core'
 * class Lengths extends HostLayer {
 *   static type = 'acme/Lengths'
 *   processValues({ data, shape }) {
 *     return { data: Int32Array.from(data, (text) => text.length), shape, dtype: 'int32' }
 *   }
 *   outputShape(shape) {
 *     return shape
 *   }
 * }
 * new Lengths().call([['a', 'abc']]).array() // => [[1, 3]]
 */
export abstract class HostLayer<C extends object = object> extends Layer<C> {
  /** Computes the output for the values of an input. */
  abstract processValues(values: HostValues): HostValues

  /** The shape of the output for values of `shape`, batch first. */
  abstract outputShape(shape: Shape): Shape

  /** The dtype of the output. */
  get outputDType(): SymbolicDType {
    return 'int32'
  }

  override get inputDType(): SymbolicDType {
    return 'string'
  }

  override get onHost(): boolean {
    return true
  }

  override get autocast(): boolean {
    return false
  }

  /** The output for nested arrays, or for the input of a batch. Throws `DataError` for values that the layer cannot take. */
  process(values: Exclude<InputData, Tensor> | Named<HostValues>): HostValues {
    requireLearned(this)
    const several = Array.isArray(values) ? isHostValues(values[0]) : isPlainObject(values) && !isHostValues(values)
    return several
      ? this.prepare(values as Named<HostValues>)
      : this.processValues(toHostValues(values as Exclude<InputData, Tensor>, 'x'))
  }

  override prepare(inputs: Named<HostValues>): HostValues {
    requireLearned(this)
    if (isHostValues(inputs)) return this.processValues(inputs)
    throw new ConfigError(`${this.type} takes one input, and was given several.`)
  }

  override call(inputs: Structure<SymbolicTensor>, options?: CallOptions): SymbolicTensor
  override call(inputs: InputData | Tree, options?: ValueCallOptions): Tensor
  override call(inputs: unknown, options?: ValueCallOptions): SymbolicTensor | Tensor {
    if (leavesOf(inputs).length > 0) return super.call(inputs as Structure<SymbolicTensor>, options)
    const output = this.process(inputs as Exclude<InputData, Tensor>)
    if (isStringArray(output)) {
      throw new DataError(`${this.type}.call gives a tensor, and its output is strings. Use process(...) instead.`)
    }
    const { data, shape, dtype } = output
    return tensor(data, { shape, dtype })
  }

  /** Gives the shape of the output in shape inference. Throws `ConfigError` otherwise: values are processed by `prepare`. */
  apply(x: Tensor): Tensor {
    if (currentInterpreter() === shapeOnly) {
      return new Tensor({ shape: this.outputShape(x.shape), dtype: this.outputDType as DType })
    }
    throw new ConfigError(
      `${this.type} runs on the host and takes no tensors. Give it arrays, as in layer.call([['a']]) or layer.process(...), or put it at the front of a model.`,
    )
  }
}
