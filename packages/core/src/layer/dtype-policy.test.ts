import type { Tensor } from '@gradus/tensor'
import { afterEach, describe, expect, it } from 'vitest'
import { currentDTypePolicy, useDTypePolicy } from './dtype-policy.ts'
import { Layer } from './layer.ts'

class Identity extends Layer {
  static readonly type = 'Identity'
  static override readonly fields = {}
  apply(x: Tensor): Tensor {
    return x
  }
}

class Pair extends Layer {
  readonly first = new Identity()
  readonly second = new Identity({ dtype: 'float64' })
  apply(x: Tensor): Tensor {
    return x
  }
}

describe('useDTypePolicy', () => {
  afterEach(() => useDTypePolicy('float32'))

  it('sets the policy of layers that are made from then on', () => {
    const before = new Identity()
    useDTypePolicy('mixedFloat16')
    const layer = new Identity()
    expect(currentDTypePolicy()).toBe('mixedFloat16')
    useDTypePolicy('float32')
    expect([before.computeDType, new Identity().computeDType]).toEqual(['float32', 'float32'])
    expect([layer.dtype, layer.computeDType]).toEqual(['float32', 'float16'])
    // the layer keeps its policy when it is saved
    expect(layer.toSpec()).toEqual({ layer: 'Identity', dtype: 'mixedFloat16' })
  })

  it('applies to layers that a layer makes, unless these have a dtype', () => {
    useDTypePolicy('mixedFloat16')
    const { first, second } = new Pair()
    expect([first.computeDType, second.computeDType]).toEqual(['float16', 'float64'])
    expect(new Identity({ dtype: 'float64' }).dtype).toBe('float64')
  })

  it('takes the spelling of Keras', () => {
    useDTypePolicy('mixed_float16' as 'mixedFloat16')
    expect(currentDTypePolicy()).toBe('mixedFloat16')
    useDTypePolicy('float32')
  })

  it('refuses an unknown policy', () => {
    expect(() => useDTypePolicy('float8' as 'float32')).toThrow(
      'useDTypePolicy: there is no policy "float8"; use one of float32, float64, mixedFloat16.',
    )
    expect(currentDTypePolicy()).toBe('float32')
  })
})
