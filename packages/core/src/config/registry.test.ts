import { type Shape, type Tensor, tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { type ActivationFunction, activation } from '../contracts/activation.ts'
import { Regularizer } from '../contracts/regularizer.ts'
import { Schedule } from '../contracts/schedule.ts'
import { ConfigError } from '../errors.ts'
import type { LayerOptions } from '../layer/base-layer.ts'
import { Input } from '../layer/input.ts'
import { Layer } from '../layer/layer.ts'
import type { Fields } from './fields.ts'
import { Registry } from './registry.ts'

interface L2Config {
  readonly l2?: number
}

class L2 extends Regularizer<L2Config> {
  static readonly type = 'L2'
  static override readonly fields = { l2: 'number' } satisfies Fields<L2Config>
  loss(x: Tensor): Tensor {
    return x
  }
}

const square = activation('acme/square', { power: { type: 'integer', default: 2 } }, (x) => x, ['acme/sq'])

interface DenseConfig {
  readonly units: number
  readonly activation?: ActivationFunction | 'linear'
  readonly mode?: 'fast' | 'slow'
  readonly sizes?: readonly number[]
  readonly initialShape?: Shape
  readonly kernelRegularizer?: Regularizer
  readonly penalties?: readonly Regularizer[]
  readonly rate?: number | Schedule
  readonly extra?: unknown
}

class Dense extends Layer<DenseConfig> {
  static readonly type = 'Dense'
  static readonly aliases = ['FullyConnected'] as const
  static override readonly fields = {
    units: 'integer',
    activation: 'activation',
    mode: { oneOf: ['fast', 'slow'] },
    sizes: 'numbers',
    initialShape: 'shape',
    kernelRegularizer: 'regularizer',
    penalties: 'regularizer',
    rate: ['number', 'schedule'],
    extra: 'unknown',
  } satisfies Fields<DenseConfig>
  constructor(config: LayerOptions<DenseConfig>) {
    super(config)
    if (config.units < 1) throw new ConfigError(`Dense: 'units' must be positive and is ${config.units}.`)
    if (config.units > 1000) throw new ConfigError('Dense: that is a lot.')
  }
  apply(x: Tensor): Tensor {
    return x
  }
}

class Apply extends Layer<{ readonly activation: ActivationFunction }> {
  static readonly type = 'Activation'
  static override readonly fields = { activation: 'activation' }
  apply(x: Tensor): Tensor {
    return x
  }
}

class Halving extends Schedule<{ readonly every: number }> {
  static readonly type = 'Halving'
  static override readonly fields = { every: 'integer' }
  at(step: Tensor): Tensor {
    return step
  }
}

class Wrapper extends Layer<{ readonly layer: Layer }> {
  static readonly type = 'Wrapper'
  static override readonly fields = { layer: 'layer' }
  apply(x: Tensor): Tensor {
    return x
  }
}

class Loose extends Layer<{ readonly inner?: unknown }> {
  static readonly type = 'Loose'
  apply(x: Tensor): Tensor {
    return x
  }
}

const registry = new Registry([L2, Dense, Apply, Halving, Wrapper, Loose, Input]).with(square)

const messageOf = (body: () => unknown): string => {
  try {
    body()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}
const parseError = (data: unknown, path?: string) => messageOf(() => registry.parse('layer', data, path))

describe('looking up classes', () => {
  it('finds them by type and alias, whatever the case, underscores and dashes', () => {
    for (const name of ['Dense', 'dense', 'DENSE', 'FullyConnected', 'fully_connected', 'fully-connected']) {
      expect(registry.find('layer', name)).toBe(Dense)
    }
    expect(registry.find('activation', 'acme/sq')).toBe(square)
    expect(registry.find('activation', 'square')).toBeUndefined()
    expect(registry.find('layer', 'L2')).toBeUndefined()
    expect(registry.names('layer')).toEqual(['Dense', 'Activation', 'Wrapper', 'Loose', 'InputLayer'])
  })

  it('does not find properties of Object.prototype', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(registry.find('layer', name)).toBeUndefined()
      expect(registry.find(name as 'layer', 'Dense')).toBeUndefined()
    }
  })

  it('answers an unknown name with the nearest one, all known ones and how to add a class', () => {
    const message = messageOf(() => registry.get('layer', 'Dens'))
    expect(message).toBe(
      "layer: there is no layer called 'Dens'. Did you mean 'Dense'? Add your own classes with registry.with(TheClass), " +
        'or pass them to loadModel as customObjects. (known: Dense, Activation, Wrapper, Loose, InputLayer)',
    )
    expect(messageOf(() => registry.get('layer', 'Xylophone'))).not.toContain('Did you mean')
    expect(messageOf(() => registry.get('loss' as 'layer', 'mse'))).toContain('this registry knows no loss at all')
  })

  it('gives the advice of the program, also where classes were added', () => {
    const own = new Registry([Dense], { remedy: 'Name its module in plugins.' }).with(L2)
    const message = (name: string) => messageOf(() => own.get('layer', name))
    expect(message('Dens')).toBe(
      "layer: there is no layer called 'Dens'. Did you mean 'Dense'? Name its module in plugins. (known: Dense)",
    )
    expect(message('acme/Swish')).toBe("layer: there is no layer called 'acme/Swish'. Name its module in plugins.")
  })

  it('refuses two classes under one name and classes without one', () => {
    class Fake extends Layer {
      static readonly type = 'fully_connected'
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(messageOf(() => registry.with(Fake))).toBe(
      "Two layer classes are called 'fully_connected': Dense and fully_connected. Rename one of them, for example to 'namespace/fully_connected'.",
    )
    expect(() => registry.with(Dense)).not.toThrow()
    class Nameless extends Layer {
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(messageOf(() => new Registry([Nameless as unknown as typeof Loose]))).toContain(
      "Nameless cannot be registered: it needs a static 'kind'",
    )
    expect(messageOf(() => registry.with([Dense] as unknown as typeof Dense))).toContain(
      'Give the classes one by one, as in standard.with(MyLayer, MyLoss).',
    )
    class Wrapper extends Layer<{ readonly layer: Layer; readonly inner?: number }> {
      static readonly type = 'Wrapper'
      static override readonly fields = { layer: 'layer', inner: 'number' }
      apply(x: Tensor): Tensor {
        return x
      }
    }
    expect(messageOf(() => new Registry([Wrapper]))).toContain(
      "The layer Wrapper has the options 'layer' and 'inner'. In data, the key 'layer' holds the name of the class and 'inner' the option 'layer', so rename one of the options.",
    )
  })
})

it('calls a function that gives its definitions when it is first used, and once', () => {
  let calls = 0
  const late = new Registry(() => {
    calls++
    return [Dense]
  })
  expect(calls).toBe(0)
  expect(late.find('layer', 'dense')).toBe(Dense)
  expect(late.with().names('layer')).toEqual(['Dense'])
  expect(late.definitions).toEqual([Dense])
  expect(calls).toBe(1)
})

describe('create', () => {
  it('builds instances with nested ones', () => {
    const layer = registry.create({
      layer: 'Dense',
      units: 3,
      kernelRegularizer: { regularizer: 'L2', l2: 0.5 },
      penalties: [{ regularizer: 'L2' }, new L2({ l2: 2 })],
      rate: { schedule: 'Halving', every: 10 },
    })
    expect(layer).toBeInstanceOf(Dense)
    expect(layer.config.kernelRegularizer).toBeInstanceOf(L2)
    expect((layer.config.kernelRegularizer as L2).config.l2).toBe(0.5)
    expect(layer.config.penalties?.map((penalty) => (penalty as L2).config)).toEqual([{}, { l2: 2 }])
    expect(layer.config.rate).toBeInstanceOf(Halving)
  })

  it('does not depend on the order of keys, even if several are kinds', () => {
    expect(registry.create({ units: 3, layer: 'Dense' }).config.units).toBe(3)
    const layer = registry.create({ activation: 'acme/square', layer: 'Activation' })
    expect(layer).toBeInstanceOf(Apply)
    expect(layer.config.activation).toBe(square)
  })

  it('reads the option that is named like the kind from `inner`', () => {
    const wrapper = registry.create({
      layer: 'Wrapper',
      inner: { layer: 'Wrapper', inner: { layer: 'Dense', units: 4 } },
    })
    const inner = wrapper.config.layer as Wrapper
    expect(inner).toBeInstanceOf(Wrapper)
    expect((inner.config.layer as Dense).config.units).toBe(4)
    expect(parseError({ layer: 'Wrapper', inner: { layer: 'Dense', units: 'x' } })).toBe(
      'layer.inner.units must be an integer and is "x".',
    )
    expect(parseError({ layer: 'Wrapper', inner: 3 })).toBe('layer.inner must be a layer and is 3.')
    expect(parseError({ layer: 'Wrapper', iner: {} })).toContain("Wrapper has no option 'iner'. Did you mean 'inner'?")
  })

  it('gives the named function with its options set', () => {
    expect(registry.create({ activation: 'acme/square' })).toBe(square)
    const cube = registry.create({ activation: 'acme/square', power: 3 })
    expect(cube).not.toBe(square)
    expect([cube.type, cube.options]).toEqual(['acme/square', { power: 3 }])
    expect(messageOf(() => registry.parse('activation', { activation: 'acme/square', power: 'x' }))).toBe(
      'activation.power must be an integer and is "x".',
    )
    expect(messageOf(() => registry.create({ activation: 'acme/square', pow: 3 } as never))).toContain(
      "acme/square has no option 'pow'.",
    )
  })

  it('refuses a function without its required options', () => {
    const clip = activation('clip', { at: { type: 'number', required: true } }, (x) => x)
    const more = registry.with(clip)
    expect(messageOf(() => more.parse('activation', 'clip'))).toBe(
      "activation: clip needs the option 'at', a number, which is missing.",
    )
    expect(more.create({ activation: 'clip', at: 1 }).options).toEqual({ at: 1 })
  })

  it('keeps values that it does not understand', () => {
    const fn = (x: Tensor) => x
    const layer = registry.create({ layer: 'Dense', units: 1, extra: { fn, list: [new Map()] } })
    expect(layer.config.extra).toEqual({ fn, list: [new Map()] })
    const value = tensor
    expect(registry.create({ layer: 'Loose', inner: value }).config.inner).toBe(value)
  })

  it('needs a key that is a kind', () => {
    expect(messageOf(() => registry.create({ lair: 'Dense' } as never))).toContain(
      '{"lair":"Dense"} names no class; one of its keys must be regularizer, layer, schedule, activation',
    )
  })
})

describe('parse', () => {
  it('takes names, specs and instances', () => {
    expect(registry.parse('regularizer', 'l2')).toBeInstanceOf(L2)
    expect(registry.parse('regularizer', { l2: 0.25, regularizer: 'l2' }).config).toEqual({ l2: 0.25 })
    const made = new L2()
    expect(registry.parse('regularizer', made)).toBe(made)
    expect(registry.parse('activation', square)).toBe(square)
    expect(registry.parse('activation', 'ACME/SQ')).toBe(square)
    expect(registry.parse('layer', { layer: 'dense', units: 2, activation: 'acme/square' }).config).toMatchObject({
      activation: square,
    })
  })

  it('passes nested names that it does not know to the class', () => {
    expect(registry.parse('layer', { layer: 'Dense', units: 2, activation: 'linear' }).config).toEqual({
      units: 2,
      activation: 'linear',
    })
  })

  it('treats null and undefined as not set', () => {
    expect(registry.parse('layer', { layer: 'Dense', units: 2, activation: null, sizes: undefined }).config).toEqual({
      units: 2,
    })
  })

  it('finds specs in options without a known field', () => {
    const layer = registry.parse('layer', { layer: 'Loose', inner: { deep: [{ regularizer: 'L2', l2: 1 }] } }) as Loose
    expect((layer.config.inner as { deep: unknown[] }).deep[0]).toBeInstanceOf(L2)
  })

  it.each([
    [3, 'layer must be the name of a layer or { layer: name, ...options } and is 3.'],
    [null, 'and is null.'],
    [[{ layer: 'Dense' }], 'and is [{"layer":"Dense"}].'],
    [{ units: 3 }, 'layer must name its layer: { layer: name, ...options }; it is {"units":3}. (known: Dense,'],
    [{ layer: 7 }, 'layer must name its layer'],
    [new L2(), 'layer must be a layer and is the regularizer L2.'],
    [square, 'layer must be a layer and is the activation acme/square.'],
    [Dense, 'and is the class Dense, not an instance of it.'],
  ])('refuses %j', (data, expected) => {
    expect(parseError(data)).toContain(expected)
  })

  it('names the path in the data', () => {
    const at = (data: unknown) => parseError(data, 'model.layers[1]')
    expect(at({ layer: 'Dens' })).toMatch(/^model\.layers\[1\]\.layer: there is no layer called 'Dens'\./)
    expect(at({ layer: 'Dense', unit: 3 })).toBe(
      "model.layers[1].unit: Dense has no option 'unit'. Did you mean 'units'? (known: " +
        'name, trainable, dtype, inputShape, activityRegularizer, units, activation, mode, sizes, initialShape, ' +
        'kernelRegularizer, penalties, rate, extra)',
    )
    expect(at({ layer: 'Dense', units: '3' })).toBe('model.layers[1].units must be an integer and is "3".')
    expect(at({ layer: 'Dense', units: 1, mode: 'medium' })).toBe(
      'model.layers[1].mode must be one of "fast", "slow" and is "medium".',
    )
    expect(at({ layer: 'Dense', units: 1, kernelRegularizer: { regularizer: 'L2', l2: 'much' } })).toBe(
      'model.layers[1].kernelRegularizer.l2 must be a number and is "much".',
    )
    expect(at({ layer: 'Dense', units: 1, penalties: ['l2', { regularizer: 'L3' }] })).toMatch(
      /^model\.layers\[1\]\.penalties\[1\]\.regularizer: there is no regularizer called 'L3'\. Did you mean 'L2'\?/,
    )
    // errors of the constructor itself
    expect(at({ layer: 'Dense', units: 0 })).toBe('model.layers[1].units must be positive and is 0.')
    expect(at({ layer: 'Dense', units: 2000 })).toBe('model.layers[1]: Dense: that is a lot.')
  })

  it('refuses a nested spec or instance of another kind', () => {
    expect(parseError({ layer: 'Dense', units: 1, kernelRegularizer: { schedule: 'Halving', every: 1 } })).toMatch(
      /^layer\.kernelRegularizer must name its regularizer: { regularizer: name, ...options }; it is {"schedule":"Halving","every":1}/,
    )
    expect(parseError({ layer: 'Dense', units: 1, kernelRegularizer: square })).toBe(
      'layer.kernelRegularizer must be a regularizer and is the activation acme/square.',
    )
    expect(parseError({ layer: 'Dense', units: 1, kernelRegularizer: 0.1 })).toBe(
      'layer.kernelRegularizer must be a regularizer and is 0.1.',
    )
    expect(() => new Dense({ units: 1, kernelRegularizer: square as unknown as L2 })).toThrow(
      "Dense: 'kernelRegularizer' must be a regularizer and is the activation acme/square.",
    )
  })

  it('survives hostile data', () => {
    const json = (text: string) => JSON.parse(text) as unknown
    expect(parseError(json('{"layer":"Dense","units":1,"__proto__":{"polluted":1}}'))).toContain(
      "Dense has no option '__proto__'.",
    )
    expect(parseError(json('{"layer":"Dense","units":1,"constructor":{"prototype":{"polluted":1}}}'))).toContain(
      "Dense has no option 'constructor'.",
    )
    expect(parseError(json('{"layer":"__proto__"}'))).toContain("there is no layer called '__proto__'")
    const loose = registry.parse('layer', json('{"layer":"Loose","inner":{"__proto__":{"polluted":1}}}')) as Loose
    expect((loose.config.inner as { polluted?: number }).polluted).toBeUndefined()
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    const levels = 50_000
    const deep = json(`{"layer":"Loose","inner":${'['.repeat(levels)}${']'.repeat(levels)}}`)
    expect(parseError(deep)).toContain('the data is nested more than 256 deep')
    const circular: Record<string, unknown> = { layer: 'Loose' }
    circular.inner = circular
    expect(parseError(circular)).toContain('nested more than')
    expect(parseError([circular])).toContain('nested more than')
  })
})
