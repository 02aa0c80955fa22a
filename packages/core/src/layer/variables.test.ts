import { cpu } from '@gradus/backend-cpu'
import { add, full, minimum, mul, ones, sum, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Constraint } from '../contracts/constraint.ts'
import { Regularizer } from '../contracts/regularizer.ts'
import { Rng } from '../rng.ts'
import type { InputShape, Scope } from './base-layer.ts'
import { build } from './build.ts'
import { Layer } from './layer.ts'
import { layersWithin } from './layers-within.ts'
import {
  inputShapesOf,
  listVariables,
  readVariables,
  splitByTrainable,
  variablesOf,
  writeVariables,
} from './variables.ts'

await useBackend(cpu())

class L2 extends Regularizer {
  static readonly type = 'L2'
  loss(x: Tensor): Tensor {
    return sum(mul(x, x))
  }
}

class AtMostOne extends Constraint {
  static readonly type = 'AtMostOne'
  project(x: Tensor): Tensor {
    return minimum(x, 1)
  }
}

interface ScaleConfig {
  readonly kernelRegularizer?: Regularizer
  readonly kernelConstraint?: Constraint
}

/** Multiplies by a vector and adds another one; its state is never set. */
class Scale extends Layer<ScaleConfig, { kernel: Tensor; bias: Tensor }, { calls: Tensor }> {
  override init(_rng: Rng, shape: InputShape) {
    const size = (shape as readonly number[]).slice(-1)
    return { kernel: full(size, 2), bias: zeros(size) }
  }
  override initState() {
    return { calls: tensor(0) }
  }
  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return add(mul(x, params.kernel), params.bias)
  }
}

class Block extends Layer<{ readonly parts: Readonly<Record<string, Layer>> }> {
  override sublayers() {
    return this.config.parts
  }
  apply(x: Tensor, scope: Scope<this>): Tensor {
    return Object.values(this.config.parts).reduce((y, part) => scope.call(part, y), x)
  }
}

const block = (parts: Readonly<Record<string, Layer>>, config = {}) => new Block({ parts, ...config })

function built<L extends Layer>(layer: L): L {
  layer.call(ones([2, 3]), { rng: new Rng(1) })
  return layer
}

describe('the variables of a layer', () => {
  it('are made for it and its nested layers, by path', () => {
    const layer = built(block({ encoder: block({ stage: block({ scale: new Scale() }) }), head: new Scale() }))
    const { params, state } = readVariables(layer)
    expect(Object.keys(params)).toEqual(['encoder.stage.scale', 'head'])
    expect(Object.keys(state)).toEqual(['encoder.stage.scale', 'head'])
    expect((params['encoder.stage.scale'] as { kernel: Tensor }).kernel.array()).toEqual([2, 2, 2])
    expect(inputShapesOf(layer)).toMatchObject({ '': [2, 3], 'encoder.stage.scale': [2, 3] })
  })

  it("are in Keras's order: layer by layer, parameters before state", () => {
    const layer = built(block({ a: block({ b: block({ scale: new Scale() }) }), c: new Scale() }))
    expect(listVariables(layer).map(({ path, trainable }) => [path, trainable])).toEqual([
      ['a.b.scale.kernel', true],
      ['a.b.scale.bias', true],
      ['a.b.scale.calls', false],
      ['c.kernel', true],
      ['c.bias', true],
      ['c.calls', false],
    ])
    const [first] = listVariables(layer)
    expect([first!.key, first!.layer, first!.value.shape]).toEqual(['kernel', layersWithin(layer)[3]!.layer, [3]])
  })

  it('of a shared layer exist once', () => {
    const shared = new Scale()
    const layer = built(block({ left: block({ scale: shared }), right: block({ scale: shared }) }))
    expect(listVariables(layer).map(({ path }) => path)).toEqual([
      'left.scale.kernel',
      'left.scale.bias',
      'left.scale.calls',
    ])
    // and are the same in every outer layer
    expect(variablesOf(shared)?.params).toBe(readVariables(layer).params['left.scale'])
    const other = built(block({ again: shared }))
    expect(readVariables(other).params['again']).toBe(variablesOf(shared)!.params)
  })

  it('are frozen with their layer at any depth', () => {
    const frozen = new Scale({ trainable: false })
    const layer = built(
      block({ a: block({ frozen, warm: new Scale() }), b: block({ c: new Scale() }, { trainable: false }) }),
    )
    const { trainable, frozen: rest } = splitByTrainable(layer, readVariables(layer).params)
    expect(Object.keys(trainable)).toEqual(['a.warm'])
    expect(Object.keys(rest)).toEqual(['a.frozen', 'b.c'])
    expect(listVariables(layer).filter((variable) => variable.trainable)).toHaveLength(2)
    frozen.trainable = true
    expect(Object.keys(splitByTrainable(layer, readVariables(layer).params).trainable)).toEqual(['a.frozen', 'a.warm'])
  })

  it('may be replaced for some layers', () => {
    const layer = built(block({ a: new Scale(), b: new Scale() }))
    const kernel = tensor([7, 8, 9])
    const before = readVariables(layer)
    writeVariables(layer, { params: { a: { kernel, bias: kernel } } })
    const after = readVariables(layer)
    expect(after.params['a']).toEqual({ kernel, bias: kernel })
    expect(after.params['b']).toBe(before.params['b'])
    expect(after.state).toEqual(before.state)
  })

  it('are made once and kept if an outer layer is built later', () => {
    const first = built(new Scale())
    const own = variablesOf(first)
    const layer = built(block({ first, second: new Scale() }))
    expect(variablesOf(first)).toBe(own)
    expect(Object.keys(readVariables(layer).params)).toEqual(['first', 'second'])
  })

  it('may be made from input shapes without a call', () => {
    const layer = block({ a: block({ scale: new Scale() }) })
    build(layer, () => new Rng(1), { '': [1, 4], a: [1, 4], 'a.scale': [1, 4] })
    expect((readVariables(layer).params['a.scale'] as { kernel: Tensor }).kernel.shape).toEqual([4])
  })

  it('do not exist before the layer is built', () => {
    const layer = block({ a: new Scale() })
    expect(variablesOf(layer)).toBeUndefined()
    expect(readVariables(layer)).toEqual({ params: {}, state: {} })
    expect(listVariables(layer)).toEqual([])
  })
})

describe('penalties and constraints', () => {
  it('are found at any depth, by the layer that has the parameter', () => {
    const penalty = new L2()
    const limit = new AtMostOne()
    const inner = new Scale({ kernelRegularizer: penalty, kernelConstraint: limit })
    const layer = built(block({ a: block({ b: block({ inner }) }), plain: new Scale() }))
    const found = listVariables(layer).flatMap(({ path, layer: owner, key, value }) => {
      const regularizer = owner.regularizerOf(key)
      return regularizer ? [[path, regularizer.loss(value).item()]] : []
    })
    expect(found).toEqual([['a.b.inner.kernel', 12]])
    const constrained = listVariables(layer).flatMap(({ path, layer: owner, key, value }) => {
      const constraint = owner.constraintOf(key)
      return constraint ? [[path, constraint.project(value).array()]] : []
    })
    expect(constrained).toEqual([['a.b.inner.kernel', [1, 1, 1]]])
  })
})
