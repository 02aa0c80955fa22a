import { cpu } from '@gradus/backend-cpu'
import {
  add,
  cast,
  concat,
  matmul,
  max,
  mul,
  operation,
  reshape,
  SymbolicTensor,
  softmax,
  split,
  stack,
  sub,
  type Tensor,
  tensor,
  useBackend,
} from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { callOf, type LayerCall } from './call.ts'
import { input } from './input.ts'
import { Layer } from './layer.ts'
import { OperationLayer } from './operation-layer.ts'
import { statelessCall } from './stateless.ts'

await useBackend(cpu())

/** The outputs of a call with values in place of its symbolic tensors. */
function run({ layer }: LayerCall, ...values: Tensor[]) {
  return statelessCall(layer, { params: {}, state: {} }, values).outputs
}

describe('an operation on symbolic tensors', () => {
  const [x, y] = [input({ shape: [3] }), input({ shape: [3] })]
  const [a, b] = [tensor([[1, 2, 3]]), tensor([[10, 20, 30]])]

  it('is a layer of the functional model, called with the tensors', () => {
    const z = add(x, y)
    expect(z).toBeInstanceOf(SymbolicTensor)
    expect(z.shape).toEqual([null, 3])
    const call = callOf(z)
    expect(call.layer).toBeInstanceOf(OperationLayer)
    expect(call.inputs).toEqual([x, y])
    expect(call.layer.defaultName).toBe('add')
    expect((run(call, a, b) as Tensor).array()).toEqual([[11, 22, 33]])
  })

  it('takes numbers and constants in any position', () => {
    expect((run(callOf(mul(x, 2)), a) as Tensor).array()).toEqual([[2, 4, 6]])
    expect((run(callOf(sub(1, x)), a) as Tensor).array()).toEqual([[0, -1, -2]])
    expect((run(callOf(sub(tensor([5, 5, 5]), x)), a) as Tensor).array()).toEqual([[4, 3, 2]])
    expect(callOf(mul(x, 2)).inputs).toEqual([x])
  })

  it('takes lists of tensors', () => {
    const z = concat([x, y], -1)
    expect(z.shape).toEqual([null, 6])
    expect((run(callOf(z), a, b) as Tensor).array()).toEqual([[1, 2, 3, 10, 20, 30]])
    expect(stack([x, y, x], 1).shape).toEqual([null, 3, 3])
    // a tensor that occurs twice is two inputs
    expect((run(callOf(add(x, x)), a, a) as Tensor).array()).toEqual([[2, 4, 6]])
  })

  it('takes options', () => {
    const z = max(x, { axis: -1, keepDims: true })
    expect(z.shape).toEqual([null, 1])
    expect((run(callOf(z), a) as Tensor).array()).toEqual([[3]])
    expect(softmax(x, { axis: -1 }).shape).toEqual([null, 3])
    expect(cast(x, 'int32').dtype).toBe('int32')
  })

  it('infers shapes with unknown dimensions', () => {
    const sequence = input({ shape: [null, 4] })
    expect(matmul(sequence, sequence, { transposeB: true }).shape).toEqual([null, null, null])
    expect(reshape(sequence, [-1, 4]).shape).toEqual([null, 4])
    expect(add(sequence, mul(sequence, 2)).sizes).toEqual(sequence.sizes)
    expect(() => matmul(sequence, x)).toThrow('The layer Operation cannot take an input of shape')
  })

  it('gives several outputs in its structure', () => {
    const parts = split(x, 3, -1)
    expect(parts.map(({ shape }) => shape)).toEqual([
      [null, 1],
      [null, 1],
      [null, 1],
    ])
    expect(callOf(parts[0]!)).toBe(callOf(parts[2]!))
  })

  it('stands between layers', () => {
    class Double extends Layer {
      apply(value: Tensor): Tensor {
        return mul(value, 2)
      }
    }
    const h = new Double().call(x)
    const z = new Double().call(add(h, x))
    expect(callOf(z).layer).toBeInstanceOf(Double)
    expect(callOf(callOf(z).tensors[0]!).inputs).toEqual([h, x])
  })

  it('may be defined by a user, with tensors nested in its options', () => {
    const scaled = operation('acme/scaled', (value: Tensor, options: { readonly by: { readonly factor: Tensor } }) =>
      mul(value, options.by.factor),
    )
    const z = scaled(x, { by: { factor: y } } as never) as unknown as SymbolicTensor
    expect(callOf(z).inputs).toEqual([x, y])
    expect(callOf(z).layer.defaultName).toBe('scaled')
    expect((run(callOf(z), a, b) as Tensor).array()).toEqual([[10, 40, 90]])
  })

  it('does not cast integers', () => {
    const indices = input({ shape: [2], dtype: 'int32' })
    expect(add(indices, 1).dtype).toBe('int32')
  })
})
