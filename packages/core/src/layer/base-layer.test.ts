import { Tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Regularizer } from '../contracts/regularizer.ts'
import { BaseLayer } from './base-layer.ts'
import { Layer } from './layer.ts'
import { firstMask, masksIn } from './masks.ts'

class Penalty extends Regularizer {
  static readonly type = 'Penalty'
  loss(x: Tensor): Tensor {
    return x
  }
}

class Dense extends Layer<{ readonly kernelRegularizer?: Regularizer; readonly recurrentRegularizer?: Regularizer }> {
  static readonly type = 'Dense'
  apply(x: Tensor): Tensor {
    return x
  }
}

class Sum extends Layer {
  static readonly type = 'Sum'
  override get supportsMasking(): boolean {
    return true
  }
  apply(inputs: readonly Tensor[]): Tensor {
    return inputs[0]!
  }
}

class Wrapper extends Layer<{ readonly inner: Layer }> {
  static readonly type = 'acme/TwiceWrapped'
  apply(x: Tensor): Tensor {
    return x
  }
}

const mask = new Tensor({ shape: [2, 3], dtype: 'bool' })

describe('a layer', () => {
  it('has a trainable flag that config sets and code may change', () => {
    expect(new Sum().trainable).toBe(true)
    const layer = new Sum({ trainable: false })
    expect(layer.trainable).toBe(false)
    layer.trainable = true
    expect(layer.trainable).toBe(true)
    expect(layer.config.trainable).toBe(false)
  })

  it('sets the flag of nested layers at any depth', () => {
    const dense = new Dense()
    const outer = new Wrapper({ inner: new Wrapper({ inner: dense }) })
    outer.trainable = false
    expect([outer.config.inner.trainable, dense.trainable]).toEqual([false, false])
    dense.trainable = true
    expect([outer.trainable, dense.trainable]).toEqual([false, true])
  })

  it('finds the options that belong to a parameter', () => {
    const [kernel, recurrent] = [new Penalty(), new Penalty()]
    const layer = new Dense({ kernelRegularizer: kernel, recurrentRegularizer: recurrent })
    expect(layer.regularizerOf('kernel')).toBe(kernel)
    expect(layer.regularizerOf('recurrentKernel')).toBe(recurrent)
    expect(layer.regularizerOf('bias')).toBeUndefined()
    expect(layer.constraintOf('kernel')).toBeUndefined()
  })

  it('takes only an instance as `activityRegularizer` unless it resolves names', () => {
    const penalty = new Penalty()
    expect(new Sum({ activityRegularizer: penalty }).activityRegularizer).toBe(penalty)
    expect(() => new Sum({ activityRegularizer: 'l2' as never })).toThrow(
      'Sum: \'activityRegularizer\' is the name "l2", and this layer takes an instance only, such as new L2({ l2: 0.01 }).',
    )
  })

  it('passes on the first mask if it supports masks', () => {
    expect(new Sum().computeMask([], mask)).toBe(mask)
    expect(new Sum().computeMask([], [undefined, mask])).toBe(mask)
    expect(new Sum().computeMask([], { a: undefined, b: [mask] })).toBe(mask)
    expect(new Sum().computeMask([], undefined)).toBeUndefined()
    expect(new Dense().computeMask([], mask)).toBeUndefined()
  })

  it('takes inputs of its dtype', () => {
    expect([new Sum().dtype, new Sum().inputDType]).toEqual(['float32', 'float32'])
    expect(new Sum({ dtype: 'float64' }).inputDType).toBe('float64')
    expect(() => new Sum({ dtype: 'float8' as 'float32' })).toThrow(
      'Sum: \'dtype\' must be one of "float32", "float64", "mixedFloat16" and is "float8".',
    )
  })

  it('is named after its type', () => {
    expect(new Wrapper({ inner: new Sum() }).defaultName).toBe('twice_wrapped')
    expect(new Sum().onHost).toBe(false)
    expect(new Sum()).toBeInstanceOf(BaseLayer)
  })
})

describe('masks', () => {
  it('are listed in order, including missing ones', () => {
    expect(masksIn(undefined)).toEqual([undefined])
    expect(masksIn(mask)).toEqual([mask])
    expect(masksIn([undefined, [mask, undefined]])).toEqual([undefined, mask, undefined])
    expect(masksIn({ a: mask, b: undefined })).toEqual([mask, undefined])
    expect(firstMask([undefined, mask])).toBe(mask)
    expect(firstMask([undefined])).toBeUndefined()
  })
})
