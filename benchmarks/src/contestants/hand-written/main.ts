// A contestant: the article's training written by hand, as the limit for JavaScript.

import { NotSupported, type Task } from '../../shared/contestant.ts'
import { generate, generateFloats } from '../../shared/generate.ts'
import { serve } from '../../shared/serve.ts'
import type { ArticleSpec, WorkloadSpec } from '../../shared/spec.ts'
import { lossOf, type State, trainEpoch } from './train.ts'

function articleTask(spec: ArticleSpec): Task {
  const { inputs, hidden, classes, samples, batch, epochs, learningRate, shuffle } = spec
  const [first, second] = hidden
  if (!first || !second || hidden.length > 2) throw new NotSupported('written for two hidden layers')
  const sizes = { inputs, hidden: [first, second] as const, classes, samples, batch }
  const x = generateFloats(spec.x)
  const y = Int32Array.from(generate(spec.y))
  const initial = Float32Array.from(spec.weights.flatMap((weight) => [...generate(weight)]))
  const zeros = () => new Float32Array(initial.length)
  const gradients = new Float64Array(initial.length)
  const state: State = { weights: initial.slice(), gradients, means: zeros(), squares: zeros(), iteration: 0 }

  function fit(): number[] {
    state.weights.set(initial)
    state.means.fill(0)
    state.squares.fill(0)
    state.iteration = 0
    const order = Int32Array.from({ length: samples }, (_, index) => index)
    const losses: number[] = []
    for (let epoch = 0; epoch < epochs; epoch++) {
      if (shuffle) shuffleInPlace(order)
      losses.push(trainEpoch(sizes, x, y, order, state, learningRate).loss)
    }
    return losses
  }
  return {
    run(count) {
      for (let i = 1; i < count; i++) fit()
      return { losses: fit() }
    },
    probe: () => lossOf(sizes, x, y, state.weights),
  }
}

function shuffleInPlace(order: Int32Array): void {
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1))
    const value = order[i]!
    order[i] = order[other]!
    order[other] = value
  }
}

await serve(() => ({
  version: 'one function over typed arrays',
  prepare(spec: WorkloadSpec) {
    if (spec.kind !== 'article') throw new NotSupported('written for the article only')
    return articleTask(spec)
  },
}))
