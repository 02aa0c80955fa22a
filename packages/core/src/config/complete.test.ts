import type { Tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { activation } from '../contracts/activation.ts'
import { Regularizer } from '../contracts/regularizer.ts'
import { ConfigError } from '../errors.ts'
import { completeConfig, findNamed, resolveNamed } from './complete.ts'
import type { FieldTable } from './fields.ts'

class L2 extends Regularizer<{ readonly l2?: number }> {
  static readonly type = 'L2'
  static readonly aliases = ['ridge'] as const
  static override readonly fields = { l2: { type: 'number', default: 0.01 } }
  loss(x: Tensor): Tensor {
    return x
  }
}

const relu = activation('relu', {}, (x) => x)
const leakyRelu = activation('leakyRelu', { slope: { type: 'number', default: 0.2 } }, (x) => x)
const activations = { relu, leakyRelu }
const regularizers = { L2 }

const complete = (config: object, fields: FieldTable) => completeConfig('Thing', config, fields)

describe('completeConfig', () => {
  it('fills in defaults and keeps given values', () => {
    const fields: FieldTable = { units: 'integer', rate: { type: 'number', default: 0.5 }, bias: { type: 'boolean' } }
    expect(complete({ units: 2 }, fields)).toEqual({ units: 2, rate: 0.5 })
    expect(complete({ rate: 0, bias: false }, fields)).toEqual({ rate: 0, bias: false })
  })

  it('replaces null by `whenNull`, or else by the default', () => {
    const fields: FieldTable = {
      activation: { type: 'activation', among: activations, default: 'leakyRelu', whenNull: 'relu' },
      rate: { type: 'number', default: 1 },
      seed: 'integer',
    }
    expect(complete({}, fields)).toEqual({ activation: leakyRelu, rate: 1 })
    expect(complete({ activation: null, rate: null, seed: null }, fields)).toEqual({ activation: relu, rate: 1 })
  })

  it('resolves names in any spelling', () => {
    const fields: FieldTable = {
      activation: { type: 'activation', among: activations },
      regularizer: { type: 'regularizer', among: regularizers },
    }
    for (const name of ['leakyRelu', 'leaky_relu', 'LeakyReLU']) {
      expect(complete({ activation: name }, fields)).toEqual({ activation: leakyRelu })
    }
    for (const name of ['l2', 'L2', 'ridge']) {
      const { regularizer } = complete({ regularizer: name }, fields)
      expect(regularizer).toBeInstanceOf(L2)
      expect((regularizer as L2).options).toEqual({ l2: 0.01 })
    }
    const own = new L2({ l2: 1 })
    const double = (x: Tensor) => x
    expect(complete({ regularizer: own, activation: double }, fields)).toEqual({ regularizer: own, activation: double })
    expect(() => complete({ activation: 'rellu' }, fields)).toThrow(
      "Thing: activation: there is no activation called 'rellu'. Did you mean 'relu'? (known: relu, leakyRelu)",
    )
  })

  it('gives choices their proper spelling', () => {
    const fields: FieldTable = { dataFormat: { oneOf: ['channelsLast', 'channelsFirst', 3], default: 'channelsLast' } }
    expect(complete({ dataFormat: 'channels_first' }, fields)).toEqual({ dataFormat: 'channelsFirst' })
    expect(complete({ dataFormat: 3 }, fields)).toEqual({ dataFormat: 3 })
    expect(() => complete({ dataFormat: 'last' }, fields)).toThrow(
      'Thing: \'dataFormat\' must be one of "channelsLast", "channelsFirst", 3 and is "last".',
    )
  })

  it('accepts the values of `or` in addition to those of the type', () => {
    const fields: FieldTable = { steps: { type: 'integer', min: 1, or: ['byEpoch', false] } }
    expect([3, 'by_epoch', false].map((steps) => complete({ steps }, fields))).toEqual([
      { steps: 3 },
      { steps: 'byEpoch' },
      { steps: false },
    ])
    expect(() => complete({ steps: 'never' }, fields)).toThrow(
      'Thing: \'steps\' must be a positive whole number or "byEpoch" or false and is "never".',
    )
  })

  it('names a missing option, with an example', () => {
    const units: FieldTable = { units: { type: 'integer', min: 1, required: true, example: '8' } }
    expect(() => complete({}, units)).toThrow(
      "Thing needs the option 'units', a positive whole number, which is missing. Example: new Thing({ units: 8 }).",
    )
    expect(() => complete({ units: undefined }, units)).toThrow(ConfigError)
    expect(() => complete({ units: 0 }, units)).toThrow(
      "Thing: 'units' must be a positive whole number and is 0. Example: new Thing({ units: 8 }).",
    )
  })

  it('checks the limits of numbers, alone and in lists', () => {
    const fields: FieldTable = {
      rate: { type: 'number', min: 0, max: 1 },
      size: { type: ['integer', 'numbers'], min: 1 },
      scale: { type: 'number', above: 0 },
    }
    expect(complete({ rate: 1, size: [1, 2], scale: 1e-9 }, fields)).toEqual({ rate: 1, size: [1, 2], scale: 1e-9 })
    expect(() => complete({ rate: 1.5 }, fields)).toThrow("Thing: 'rate' must be a number from 0 to 1 and is 1.5.")
    expect(() => complete({ rate: Number.NaN }, fields)).toThrow('and is NaN.')
    expect(() => complete({ size: [2, 0] }, fields)).toThrow(
      "Thing: 'size' must be an integer or a list of numbers at least 1 and is [2,0].",
    )
    expect(() => complete({ scale: 0 }, fields)).toThrow("Thing: 'scale' must be a number larger than 0 and is 0.")
  })
})

describe('findNamed', () => {
  it('does not find properties of Object.prototype', () => {
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      expect(() => findNamed(activations, name, 'activation', 'activation')).toThrow(
        `activation: there is no activation called '${name}'.`,
      )
    }
  })
})

describe('resolveNamed', () => {
  it('takes names, instances and functions', () => {
    expect(resolveNamed('activation', activations, 'leaky_relu')).toBe(leakyRelu)
    expect(resolveNamed('activation', activations, relu)).toBe(relu)
    const own = (x: Tensor) => x
    expect(resolveNamed<object>('activation', activations, own)).toBe(own)
    const penalty = new L2()
    expect(resolveNamed<L2>('regularizer', regularizers, penalty)).toBe(penalty)
    expect(resolveNamed<L2>('regularizer', regularizers, 'ridge')).toBeInstanceOf(L2)
  })

  it('describes values of another kind in the error', () => {
    expect(() => resolveNamed('activation', activations, 7 as never)).toThrow(
      'activation must be the name of an activation, an instance or a function and is 7.',
    )
    expect(() => resolveNamed('activation', activations, new L2() as never, 'Dense: activation')).toThrow(
      'Dense: activation must be the name of an activation, an instance or a function and is the regularizer L2.',
    )
    expect(() => resolveNamed('regularizer', regularizers, relu as never)).toThrow('and is the activation relu.')
    expect(() => resolveNamed('regularizer', regularizers, null as never)).toThrow(ConfigError)
  })
})

it('names are not those of base classes in the table', () => {
  const table = { Regularizer: Regularizer as unknown as typeof L2, L2 }
  expect(findNamed(table, 'l2', 'option', 'regularizer')).toBe(L2)
  expect(() => findNamed(table, 'regularizer', 'option', 'regularizer')).toThrow('there is no regularizer called')
})
