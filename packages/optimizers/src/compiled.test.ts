import { cpu } from '@gradus/backend-cpu'
import type { Optimizer, OptimizerState } from '@gradus/core'
import { compile } from '@gradus/graph'
import { type Tensor, tensor, treeMap, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Adam, AdamW, CosineDecay, ExponentialDecay, RMSprop, SGD } from './index.ts'

await useBackend(cpu())

type Params = { readonly dense: { readonly kernel: Tensor; readonly bias: Tensor } }
const start = (): Params => ({
  dense: {
    kernel: tensor([
      [1, -2],
      [0.5, 3],
    ]),
    bias: tensor([0.1, -0.1]),
  },
})
const gradients = (step: number): Params => ({
  dense: {
    kernel: tensor([
      [step, 1],
      [-step, 0.5],
    ]),
    bias: tensor([Math.sin(step), 2]),
  },
})

const cases: [string, Optimizer][] = [
  [
    'SGD with everything',
    new SGD({ momentum: 0.9, nesterov: true, clipNorm: 1, weightDecay: 0.1, gradientAccumulationSteps: 2 }),
  ],
  ['RMSprop', new RMSprop({ centered: true, momentum: 0.5, globalClipNorm: 2 })],
  [
    'Adam with a schedule and an average',
    new Adam({
      learningRate: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 4 }),
      amsgrad: true,
      useEma: true,
      emaOverwriteFrequency: 3,
    }),
  ],
  [
    'AdamW with a schedule',
    new AdamW({
      learningRate: new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 }),
      excludeFromWeightDecay: ['bias'],
    }),
  ],
]

describe.each(cases)('%s', (_, optimizer) => {
  it('gives the same compiled, with donated parameters and state, and op by op', () => {
    const step = compile(
      (params: Params, state: OptimizerState, grads: Params) => optimizer.update(grads, state, params),
      { donate: [0, 1] },
    )
    let eager: [Params, OptimizerState] = [start(), optimizer.init(start())]
    let compiled: [Params, OptimizerState] = [start(), optimizer.init(start())]
    for (let i = 0; i < 5; i++) {
      eager = optimizer.update(gradients(i), eager[1], eager[0])
      compiled = step(compiled[0], compiled[1], gradients(i))
    }
    const values = (tree: unknown) => treeMap((leaf) => leaf.array(), tree)
    expect(values(compiled)).toEqual(values(eager))
    expect(step.traces).toBe(1)
    expect(compiled[1].iteration.item()).toBe(5)
  })
})
