import { cpu } from '@gradus/backend-cpu'
import { Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { activation } from '../contracts/activation.ts'
import { Regularizer } from '../contracts/regularizer.ts'
import { ConfigError } from '../errors.ts'
import { Layer } from '../layer/layer.ts'
import { Configured, copyOf } from './configured.ts'
import { Registry } from './registry.ts'

beforeAll(() => useBackend(cpu()))

class L2 extends Regularizer<{ readonly l2?: number }> {
  static readonly type = 'L2'
  loss(x: Tensor): Tensor {
    return x
  }
}

const scale = activation('acme/scale', { factor: { type: 'number', default: 2 } }, (x) => x)

interface DenseConfig {
  readonly units: number
  readonly activation?: unknown
  readonly kernelRegularizer?: Regularizer
  readonly penalties?: readonly Regularizer[]
  readonly extra?: unknown
}

class Dense extends Layer<DenseConfig> {
  static readonly type = 'Dense'
  static override readonly fields = {
    units: 'integer',
    activation: 'activation',
    kernelRegularizer: 'regularizer',
    penalties: 'regularizer',
    extra: 'unknown',
  }
  apply(x: Tensor): Tensor {
    return x
  }
}

class Wrapper extends Layer<{ readonly layer: Layer; readonly others?: readonly Layer[] }> {
  static readonly type = 'Wrapper'
  static override readonly fields = { layer: 'layer', others: 'layer' }
  apply(x: Tensor): Tensor {
    return x
  }
}

const registry = new Registry([L2, Dense, Wrapper, scale])

describe('options', () => {
  class Pool extends Configured<'thing', { readonly size?: number; readonly mode?: 'max' | 'mean' }> {
    static readonly kind = 'thing'
    static readonly type: string = 'Pool'
    static override readonly fields = {
      size: { type: 'integer', default: 2 },
      mode: { oneOf: ['max', 'mean'], default: 'max' },
    } as const
  }

  it('are the config with defaults, while the config holds only given options', () => {
    const pool = new Pool({ size: 3 })
    expect(pool.config).toEqual({ size: 3 })
    expect(pool.options).toEqual({ size: 3, mode: 'max' })
    expect(new Pool().config).toEqual({})
    expect(new Pool().options).toEqual({ size: 2, mode: 'max' })
  })

  it('are checked, including those of base classes', () => {
    class Wide extends Pool {
      static override readonly type = 'Wide'
      static override readonly fields = { ...Pool.fields, width: 'number' } as const
    }
    expect(new Wide({ width: 1 } as never).options).toEqual({ size: 2, mode: 'max', width: 1 })
    expect(() => new Wide({ size: 'x' } as never)).toThrow('Wide: \'size\' must be an integer and is "x".')
    expect(() => new Pool({ sise: 1 } as never)).toThrow("Pool has no option 'sise'. Did you mean 'size'?")
  })

  it('the example of a choice names the option that has it', () => {
    class Flip extends Layer<{ readonly mode?: string }> {
      static readonly type = 'acme/Flip'
      static override readonly fields = { mode: { oneOf: ['horizontal', 'vertical'] } } as const
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(() => new Flip('vertical' as never)).toThrow('as in new Flip({ mode: "vertical" }), and got "vertical".')
  })

  it('are in one object', () => {
    class Twice extends Layer<{ readonly layer: Layer }> {
      static readonly type = 'acme/Twice'
      static override readonly fields = { layer: { type: 'layer', required: true } } as const
      apply(x: Tensor): Tensor {
        return x
      }
    }
    const make = (config: unknown) => () => new Twice(config as { layer: Layer })
    expect(make(new Dense({ units: 1 }))).toThrow(
      new ConfigError(
        'Twice takes its options in one object, as in new Twice({ layer: ... }), and got the layer Dense.',
      ),
    )
    for (const wrong of [3, 'relu', null, [new Dense({ units: 1 })], Dense, Promise.resolve({}), new Map()]) {
      expect(make(wrong)).toThrow('Twice takes its options in one object')
    }
    const two = Twice as unknown as new (...args: unknown[]) => Twice
    expect(() => new two({ layer: new Dense({ units: 1 }) }, { name: 'a' })).toThrow(
      new ConfigError('Twice takes its options in one object and got a second argument, {"name":"a"}.'),
    )
    expect(make(Object.assign(Object.create(null), { layer: new Dense({ units: 1 }) }))).not.toThrow()
  })

  it('are those of the base class and any others, if a class describes none', () => {
    class Loose extends Configured<'thing', { readonly any?: unknown }> {
      static readonly kind = 'thing'
    }
    expect(new Loose({ any: 1 }).options).toEqual({ any: 1 })
    expect(new Loose().type).toBe('Loose')
    class Looser extends Pool {
      static override readonly type = 'Looser'
    }
    expect(new Looser({ any: 1, mode: 'mean' } as never).options).toEqual({ any: 1, size: 2, mode: 'mean' })
    expect(() => new Looser({ size: 'x' } as never)).toThrow('Looser: \'size\' must be an integer and is "x".')
  })
})

describe('toSpec', () => {
  it('gives data from which an equal instance is made', () => {
    const layer = new Dense({
      units: 3,
      name: 'a',
      activation: undefined,
      kernelRegularizer: new L2({ l2: 0.5 }),
      penalties: [new L2()],
      extra: { list: [1, { two: null }] },
    })
    const spec = layer.toSpec()
    expect(spec).toEqual({
      layer: 'Dense',
      units: 3,
      name: 'a',
      kernelRegularizer: { regularizer: 'L2', l2: 0.5 },
      penalties: [{ regularizer: 'L2' }],
      extra: { list: [1, { two: null }] },
    })
    expect(Object.keys(spec)[0]).toBe('layer')
    const copy = registry.parse('layer', JSON.parse(JSON.stringify(spec)))
    expect(copy).toBeInstanceOf(Dense)
    expect(copy.toSpec()).toEqual(spec)
  })

  it('saves named functions with the options that were set', () => {
    expect(new Dense({ units: 1, activation: scale }).toSpec()).toEqual({
      layer: 'Dense',
      units: 1,
      activation: 'acme/scale',
    })
    const layer = new Dense({ units: 1, activation: scale.with({ factor: 3 }) })
    expect(layer.toSpec()).toMatchObject({ activation: { activation: 'acme/scale', factor: 3 } })
    const copy = registry.parse('layer', layer.toSpec()) as Dense
    expect((copy.config.activation as typeof scale).options).toEqual({ factor: 3 })
  })

  it('gives the same for a name and for the instance that it names', () => {
    class Chosen extends Configured<'thing', { readonly penalty?: string | L2; readonly scale?: unknown }> {
      static readonly kind = 'thing'
      static readonly type = 'Chosen'
      static override readonly fields = {
        penalty: { type: 'regularizer', among: { L2 } },
        scale: { type: 'activation', among: { scale }, default: 'scale' },
      } as const
    }
    const spec = { thing: 'Chosen', penalty: { regularizer: 'L2' }, scale: 'acme/scale' }
    expect(new Chosen({ penalty: 'l2', scale: 'scale' }).toSpec()).toEqual(spec)
    expect(new Chosen({ penalty: new L2(), scale }).toSpec()).toEqual(spec)
    // defaults are not saved
    expect(new Chosen().toSpec()).toEqual({ thing: 'Chosen' })
  })

  it('holds the layer of a wrapper under `inner`', () => {
    const inner = new Wrapper({ layer: new Dense({ units: 1 }) })
    const wrapper = new Wrapper({ layer: inner, others: [new Dense({ units: 2, name: 'b' })] })
    const spec = wrapper.toSpec()
    expect(spec).toEqual({
      layer: 'Wrapper',
      inner: { layer: 'Wrapper', inner: { layer: 'Dense', units: 1 } },
      others: [{ layer: 'Dense', units: 2, name: 'b' }],
    })
    const copy = registry.parse('layer', JSON.parse(JSON.stringify(spec))) as Wrapper
    expect(copy.config.layer).toBeInstanceOf(Wrapper)
    expect(copy.toSpec()).toEqual(spec)
  })

  it('saves `trainable` if it was changed after construction', () => {
    const layer = new Dense({ units: 1 })
    layer.trainable = false
    expect(layer.toSpec()).toEqual({ layer: 'Dense', units: 1, trainable: false })
    expect(registry.parse('layer', layer.toSpec()).trainable).toBe(false)
    const thawed = new Dense({ units: 1, trainable: false })
    thawed.trainable = true
    expect(thawed.toSpec()).toMatchObject({ trainable: true })
  })

  it('refuses values that cannot be data and names their path', () => {
    expect(() => new Dense({ units: 1, extra: { f: [() => 1] } }).toSpec()).toThrow(
      'Dense.extra.f[0] is a function, which cannot be saved as data.',
    )
    expect(() => new Dense({ units: 1, extra: new Map() }).toSpec()).toThrow('Dense.extra is a Map')
    const traced = new Tensor({ shape: [2], dtype: 'float32' })
    expect(() => new Dense({ units: 1, extra: traced }).toSpec()).toThrow(
      'Dense.extra is a Tensor whose values cannot be read',
    )
    expect(new Dense({ units: 1, extra: tensor([1, 2]) }).toSpec()).toMatchObject({
      extra: { values: [1, 2], dtype: 'float32' },
    })
  })
})

describe('copyOf', () => {
  it('makes a new instance with the same config and the given changes', () => {
    const penalty = new L2()
    const layer = new Dense({ units: 3, kernelRegularizer: penalty, extra: { deep: [1] } })
    const copy = copyOf(layer, { units: 4, name: 'b' })
    expect(copy).toBeInstanceOf(Dense)
    expect(copy).not.toBe(layer)
    expect(copy.config).toEqual({ units: 4, name: 'b', kernelRegularizer: penalty, extra: { deep: [1] } })
    expect(layer.config.units).toBe(3)
    // instances without weights may be shared
    expect(copy.config.kernelRegularizer).toBe(penalty)
  })

  it('copies nested layers, so that no weights are shared', () => {
    const dense = new Dense({ units: 3 })
    const wrapper = new Wrapper({ layer: new Wrapper({ layer: dense }), others: [dense] })
    const copy = copyOf(wrapper)
    const inner = copy.config.layer as Wrapper
    expect(inner).not.toBe(wrapper.config.layer)
    expect(inner.config.layer).not.toBe(dense)
    expect((inner.config.layer as Dense).config).toEqual({ units: 3 })
    expect(copy.config.others![0]).not.toBe(dense)
    expect(copy.toSpec()).toEqual(wrapper.toSpec())
    // a layer on two paths is one layer in the copy too
    expect(copy.config.others![0]).toBe(inner.config.layer)
  })
})
