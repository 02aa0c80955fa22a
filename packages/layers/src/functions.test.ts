import { cpu } from '@gradus/backend-cpu'
import { Constraint, Initializer, Regularizer } from '@gradus/core'
import { full, mul, sum, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { Dense } from './core/dense.ts'

await useBackend(cpu())

it('plain functions stand for initializers, regularizers and constraints', () => {
  const layer = new Dense({
    units: 2,
    kernelInitializer: (shape, dtype) => full(shape, 3, dtype),
    kernelRegularizer: (x) => sum(x),
    kernelConstraint: (x) => mul(x, 2),
    activityRegularizer: (x) => sum(x),
  })
  expect(layer.call(tensor([[1, 1]])).array()).toEqual([[6, 6]])
  expect(layer.losses.map((loss) => loss.item())).toEqual([12, 12])
  expect(
    layer
      .constraintOf('kernel')
      ?.project(tensor([1]))
      .array(),
  ).toEqual([2])
  expect(() => layer.toSpec()).toThrow(
    'Dense.kernelInitializer is a function, which cannot be saved as data. Use a class',
  )
  const promised = new Dense({ units: 1, kernelInitializer: (async () => 0) as never })
  expect(() => promised.call(tensor([[1]]))).toThrow('kernelInitializer returned a promise; expected a tensor.')
})

it('instances with the methods of Keras are refused with the method to write', () => {
  const ofKeras = (Base: unknown) => {
    class Late extends (Base as new () => object) {
      call(): void {}
    }
    return new Late() as never
  }
  const message = (signature: string, kind: string) =>
    `Late has no method ${signature}, which every ${kind} defines (in Keras it is call).`
  expect(() => new Dense({ units: 1, kernelInitializer: ofKeras(Initializer) })).toThrow(
    message('make(key, shape, dtype)', 'initializer'),
  )
  expect(() => new Dense({ units: 1, biasRegularizer: ofKeras(Regularizer) })).toThrow(
    message('loss(x)', 'regularizer'),
  )
  expect(() => new Dense({ units: 1, biasConstraint: ofKeras(Constraint) })).toThrow(
    message('project(x)', 'constraint'),
  )
  expect(new Dense({ units: 1, kernelInitializer: 'ones' }).call(tensor([[1]]) as Tensor).item()).toBe(1)
})

it("the dtype of a layer may be a policy in Keras's spelling", () => {
  const { dtype, computeDType } = new Dense({ units: 1, dtype: 'mixed_float16' as 'mixedFloat16' })
  expect([dtype, computeDType]).toEqual(['float32', 'float16'])
})
