import {
  add,
  type DType,
  full,
  matmul,
  mean,
  reshape,
  type Shape,
  type SymbolicDType,
  type SymbolicShape,
  type SymbolicTensor,
  Tensor,
  type Tree,
  zeros,
} from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Rng } from '../rng.ts'
import type { InputShape, Scope } from './base-layer.ts'
import { type CallShapes, inferCall } from './infer.ts'
import { knownShapes } from './known-shapes.ts'
import { Layer } from './layer.ts'
import { standIn } from './stand-in.ts'
import { inferLayers } from './trial.ts'
import { batchSize, unknownSize } from './trial-sizes.ts'

/** A symbolic tensor of this shape; its first unknown dimension is the batch. */
function symbol(shape: SymbolicShape, dtype: SymbolicDType = 'float32'): SymbolicTensor {
  return standIn(
    shape.map((d, axis) => d ?? (axis === 0 ? batchSize : unknownSize())),
    dtype,
  )
}

const avalsOf = ({ outputs }: CallShapes) =>
  outputs.map(({ sizes, dtype }) => [sizes.map((size) => (typeof size === 'number' ? size : null)), dtype])

class Dense extends Layer<{ readonly units: number }, { kernel: Tensor }> {
  override init(rng: Rng, shape: InputShape) {
    rng.next() // in a trial this gives a shape only
    return { kernel: zeros([(shape as Shape).at(-1)!, this.config.units]) }
  }
  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return matmul(x, params.kernel)
  }
}

class Custom extends Layer<{ readonly run: (x: Tensor) => Tree }> {
  apply(x: Tensor): Tree {
    return this.config.run(x)
  }
}

const outputOf = (run: (x: Tensor) => Tensor, shape: SymbolicShape) =>
  avalsOf(inferCall(new Custom({ run }), symbol(shape)))[0]![0]

it('inferLayers finds the shapes of layers that a function calls', () => {
  const [first, second] = [new Dense({ units: 4 }), new Dense({ units: 2 })]
  const output = inferLayers((forward) => {
    const call = { rng: new Rng(new Tensor({ shape: [2], dtype: 'uint32' })), training: true }
    return forward.call(second, forward.call(first, new Tensor({ shape: [5, 3], dtype: 'float32' }), call), call)
  })
  expect((output as Tensor).shape).toEqual([5, 2])
  expect(knownShapes(second)).toMatchObject({
    input: [5, 4],
    params: { kernel: { shape: [4, 2] } },
    outputs: [[null, 2]],
  })
})

describe('inferCall', () => {
  it('infers parameters and outputs without computing', () => {
    // this file chooses no backend, so any computation would throw
    const layer = new Dense({ units: 4 })
    const found = inferCall(layer, symbol([null, 3]))
    const { params, input: shape } = found.layers.get(layer)!
    const { kernel } = params as { kernel: Tensor }
    expect(kernel.shape).toEqual([3, 4])
    expect(kernel.concrete).toBe(false)
    expect(shape).toEqual([1, 3])
    expect(avalsOf(found)).toEqual([[[null, 4], 'float32']])
    expect(knownShapes(layer)?.input).toEqual([1, 3])
    expect(knownShapes(new Dense({ units: 4 }))).toBeUndefined()
  })

  it('finds the unknown dimensions of the output', () => {
    expect(outputOf((x) => mean(x, { axis: 1 }), [null, null, 5])).toEqual([null, 5])
    expect(outputOf((x) => reshape(x, [x.shape[0]!, -1]), [null, 2, 3])).toEqual([null, 6])
    expect(outputOf((x) => reshape(x, [-1, 3]), [null, 2, 3])).toEqual([null, 3])
    expect(outputOf((x) => reshape(x, [-1]), [null, null])).toEqual([null])
    expect(outputOf((x) => mean(x), [null, 3])).toEqual([])
    // known, although the input has an unknown dimension
    expect(outputOf((x) => mean(x, { axis: 0, keepDims: true }), [null, 3])).toEqual([1, 3])
    expect(outputOf(() => zeros([7]), [null, 3])).toEqual([7])
  })

  it('takes several inputs and gives several outputs, in lists and plain objects', () => {
    class Both extends Layer {
      override init(_rng: Rng, shapes: InputShape) {
        const { a, b } = shapes as { a: Shape; b: readonly Shape[] }
        return { sizes: zeros([a[1]!, b[0]![1]!]) }
      }
      apply({ a, b }: { a: Tensor; b: readonly Tensor[] }): Tree {
        return { sum: [add(a, mean(b[0]!, { axis: 1, keepDims: true }))], b: b[0]! }
      }
    }
    const layer = new Both()
    const found = inferCall(layer, { a: symbol([null, 2]), b: [symbol([null, 3])] })
    const { params, input: shape } = found.layers.get(layer)!
    expect((params as { sizes: Tensor }).sizes.shape).toEqual([2, 3])
    expect(shape).toEqual({ a: [1, 2], b: [[1, 3]] })
    expect(avalsOf(found).map(([shape]) => shape)).toEqual([
      [null, 2],
      [null, 3],
    ])
    expect(found.structure).toMatchObject({ sum: [{ dtype: 'float32' }], b: { dtype: 'float32' } })
  })

  it('does not count a new state as an output', () => {
    class Counting extends Layer<object, {}, { count: Tensor }> {
      override initState() {
        return { count: full([], 0, 'int32') }
      }
      apply(x: Tensor, scope: Scope<this>): readonly [Tensor, Tensor] {
        scope.setState({ count: add(scope.state.count, 1) })
        return [x, x]
      }
    }
    expect(inferCall(new Counting(), symbol([null, 2])).outputs).toHaveLength(2)
  })

  it('casts floating inputs to the compute dtype and keeps others', () => {
    const run = (x: Tensor) => x
    const dtypeOf = (layer: Layer, dtype: DType) => avalsOf(inferCall(layer, symbol([null], dtype)))[0]![1]
    expect(dtypeOf(new Custom({ run }), 'float64')).toBe('float32')
    expect(dtypeOf(new Custom({ run, dtype: 'mixedFloat16' }), 'float32')).toBe('float16')
    expect(dtypeOf(new Custom({ run }), 'int32')).toBe('int32')
    expect(dtypeOf(new Custom({ run, dtype: 'mixedFloat16' }), 'bool')).toBe('bool')
  })

  it('finds nested layers with the shapes of their first calls', () => {
    class Twice extends Layer {
      readonly first = new Dense({ units: 4 })
      readonly second = new Dense({ units: 2 })
      readonly unused = new Dense({ units: 1 })
      apply(x: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.second, scope.call(this.first, x))
      }
    }
    const layer = new Twice()
    const { layers } = inferCall(layer, symbol([null, null, 3]))
    expect([...layers.keys()]).toEqual([layer, layer.first, layer.second])
    expect(layers.get(layer.second)).toMatchObject({ input: [1, 1, 4], params: { kernel: { shape: [4, 2] } } })
  })

  it('names the layer if the input does not fit', () => {
    class Strict extends Layer {
      static readonly type = 'acme/Strict'
      apply(x: Tensor): Tensor {
        return reshape(x, [2, 3])
      }
    }
    expect(() => inferCall(new Strict(), symbol([null, 3]))).toThrow(
      'The layer acme/Strict cannot take an input of shape [null, 3]: reshape:',
    )
    class Pair extends Dense {
      override apply(x: Tensor): Tensor {
        return add(x, zeros([5]))
      }
    }
    expect(() => inferCall(new Pair({ units: 4, name: 'head' }), symbol([2, 3]))).toThrow(
      "The layer Pair 'head' cannot take an input of shape [2, 3]: add: shapes",
    )
  })

  it('refuses parameters and states of unknown shape', () => {
    const message = 'has parameters whose shape depends on an unknown dimension: its input is [null, null]'
    expect(() => inferCall(new Dense({ units: 4, name: 'head' }), symbol([null, null]))).toThrow(
      `The layer Dense 'head' ${message}`,
    )
    class Moving extends Layer<object, {}, { mean: Tensor }> {
      override initState(_rng: Rng, shape: InputShape) {
        return { mean: zeros([(shape as Shape).at(-1)!]) }
      }
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(() => inferCall(new Moving(), symbol([null, null]))).toThrow(`The layer Moving ${message}`)
    expect(avalsOf(inferCall(new Moving(), symbol([null, 5])))[0]![0]).toEqual([null, 5])
  })

  it('takes states with one entry per sample', () => {
    class Remembering extends Layer<object, {}, { last: Tensor }> {
      override initState(_rng: Rng, shape: InputShape) {
        return { last: zeros([(shape as Shape)[0]!, 3]) }
      }
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(avalsOf(inferCall(new Remembering(), symbol([null, null])))[0]![0]).toEqual([null, null])
  })

  it('rethrows errors other than ShapeError', () => {
    const run = (): Tensor => {
      throw new RangeError('out of patience')
    }
    expect(() => inferCall(new Custom({ run }), symbol([1]))).toThrow(RangeError)
  })
})
