import { add, type DType, full, matmul, mean, reshape, type Shape, Tensor, zeros } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import type { Rng } from '../rng.ts'
import { inferLayer, type SymbolicShape } from './infer.ts'
import { Layer, type Scope } from './layer.ts'
import { splitResult } from './run-layer.ts'

const aval = (shape: SymbolicShape, dtype: DType = 'float32') => ({ shape, dtype })

class Dense extends Layer<{ readonly units: number }, { kernel: Tensor }> {
  override init(rng: Rng, shape: Shape) {
    rng.next() // random numbers are drawn in init, here only as shapes
    return { kernel: zeros([shape.at(-1)!, this.config.units]) }
  }
  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return matmul(x, params.kernel)
  }
}

class Custom extends Layer<{ readonly run: (x: Tensor) => Tensor | readonly Tensor[] }> {
  apply(x: Tensor): Tensor | readonly Tensor[] {
    return this.config.run(x)
  }
}

const outputOf = (run: (x: Tensor) => Tensor, shape: SymbolicShape) =>
  inferLayer(new Custom({ run }), [aval(shape)], false).outputs[0]!.shape

describe('inferLayer', () => {
  it('works out parameters and outputs without computing', () => {
    // no backend was chosen in this file, so that anything that computes would throw
    const { params, outputs } = inferLayer(new Dense({ units: 4 }), [aval([null, 3])], false)
    const { kernel } = params as { kernel: Tensor }
    expect(kernel.shape).toEqual([3, 4])
    expect(kernel.concrete).toBe(false)
    expect(outputs).toEqual([{ shape: [null, 4], dtype: 'float32' }])
  })

  it('finds which dimensions of the output are not known', () => {
    expect(outputOf((x) => mean(x, { axis: 1 }), [null, null, 5])).toEqual([null, 5])
    expect(outputOf((x) => reshape(x, [x.shape[0]!, -1]), [null, 2, 3])).toEqual([null, 6])
    expect(outputOf((x) => reshape(x, [-1, 3]), [null, 2, 3])).toEqual([null, 3])
    expect(outputOf((x) => reshape(x, [-1]), [null, null])).toEqual([null])
    expect(outputOf((x) => mean(x), [null, 3])).toEqual([])
    // known although made from unknown ones
    expect(outputOf((x) => mean(x, { axis: 0, keepDims: true }), [null, 3])).toEqual([1, 3])
    expect(outputOf(() => zeros([7]), [null, 3])).toEqual([7])
  })

  it('takes several inputs and gives several outputs', () => {
    class Both extends Layer {
      override init(_rng: Rng, shapes: readonly Shape[]) {
        return { sizes: zeros([shapes[0]![1]!, shapes[1]![1]!]) }
      }
      apply([a, b]: readonly Tensor[]): readonly Tensor[] {
        return [add(a!, mean(b!, { axis: 1, keepDims: true })), b!]
      }
    }
    const { params, outputs } = inferLayer(new Both(), [aval([null, 2]), aval([null, 3])], true)
    expect((params as { sizes: Tensor }).sizes.shape).toEqual([2, 3])
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [null, 2],
      [null, 3],
    ])
  })

  it('tells a new state from a second output', () => {
    class Counting extends Layer<object, {}, { count: Tensor }> {
      override initState() {
        return { count: full([], 0, 'int32') }
      }
      apply(x: Tensor, { state }: Scope<this>): [Tensor, { count: Tensor }] {
        return [x, { count: add(state.count, 1) }]
      }
    }
    const { state, outputs } = inferLayer(new Counting(), [aval([null, 2])], false)
    expect(outputs).toHaveLength(1)
    expect((state as { count: Tensor }).count.dtype).toBe('int32')
  })

  it('gives layers the dtype that they take', () => {
    const run = (x: Tensor) => x
    const outputOf = (layer: Layer) => inferLayer(layer, [aval([null], 'int32')], false).outputs[0]
    class Indices extends Custom {
      override get inputDType(): DType {
        return 'int32'
      }
    }
    expect(outputOf(new Custom({ run }))).toEqual(aval([null], 'float32'))
    expect(outputOf(new Custom({ run, dtype: 'mixedFloat16' }))).toEqual(aval([null], 'float16'))
    expect(outputOf(new Indices({ run }))).toEqual(aval([null], 'int32'))
  })

  it('names the layer where the input does not fit', () => {
    const layer = new Dense({ units: 4, name: 'head' })
    class Strict extends Layer {
      static readonly type = 'acme/Strict'
      apply(x: Tensor): Tensor {
        return reshape(x, [2, 3])
      }
    }
    expect(() => inferLayer(new Strict(), [aval([null, 3])], false)).toThrow(
      'The layer acme/Strict cannot take an input of shape [null, 3]: reshape:',
    )
    class Pair extends Dense {
      override apply(x: Tensor): Tensor {
        return add(x, zeros([5]))
      }
    }
    expect(() => inferLayer(new Pair(layer.config), [aval([2, 3])], false)).toThrow(
      "The layer Pair 'head' cannot take an input of shape [2, 3]: add: shapes",
    )
  })

  it('refuses parameters and states whose shape is not known', () => {
    const message = 'has parameters whose shape depends on a dimension that is not known: its input is [null, null]'
    expect(() => inferLayer(new Dense({ units: 4, name: 'head' }), [aval([null, null])], false)).toThrow(
      `The layer Dense 'head' ${message}`,
    )
    class Moving extends Layer<object, {}, { mean: Tensor }> {
      override initState(shape: Shape) {
        return { mean: zeros([shape.at(-1)!]) }
      }
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(() => inferLayer(new Moving(), [aval([null, null])], false)).toThrow(`The layer Moving ${message}`)
    expect(inferLayer(new Moving(), [aval([null, 5])], false).outputs[0]!.shape).toEqual([null, 5])
  })

  it('takes states that are kept for each sample', () => {
    class Remembering extends Layer<object, {}, { last: Tensor }> {
      override initState(shape: Shape) {
        return { last: zeros([shape[0]!, 3]) }
      }
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(inferLayer(new Remembering(), [aval([null, null])], false).outputs[0]!.shape).toEqual([null, null])
  })

  it('hands on what is no matter of shapes', () => {
    const run = (): Tensor => {
      throw new RangeError('out of patience')
    }
    expect(() => inferLayer(new Custom({ run }), [aval([1])], false)).toThrow(RangeError)
  })
})

describe('splitResult', () => {
  it('tells the forms of a result apart', () => {
    const old = { count: new Tensor({ shape: [], dtype: 'int32' }) }
    const state = { count: new Tensor({ shape: [], dtype: 'int32' }) }
    const [x, y] = [new Tensor({ shape: [1], dtype: 'float32' }), new Tensor({ shape: [2], dtype: 'float32' })]
    expect(splitResult(x, old)).toEqual({ outputs: [x], state: old })
    expect(splitResult([x, y], old)).toEqual({ outputs: [x, y], state: old })
    expect(splitResult([x, state], old).state).toBe(state)
    expect(splitResult([[x, y], state], old)).toEqual({ outputs: [x, y], state })
    expect(splitResult([[x, y], state], old).state).toBe(state)
  })
})
