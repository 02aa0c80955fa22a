import { type Array as JaxArray, jit, numpy as np, random, valueAndGrad } from '@jax-js/jax'
import type { Loss } from './models.ts'

/** The state that a step changes. */
export interface State {
  readonly params: JaxArray[]
  readonly means: JaxArray[]
  readonly squares: JaxArray[]
  readonly iteration: JaxArray
  readonly key: JaxArray
}

type Step = (
  params: JaxArray[],
  means: JaxArray[],
  squares: JaxArray[],
  iteration: JaxArray,
  key: JaxArray,
  x: JaxArray,
  y: JaxArray,
) => {
  readonly loss: JaxArray
  /** The number of correct classes, if it is counted. */
  readonly hits: JaxArray[]
  readonly state: State
}

export function firstState(params: JaxArray[]): State {
  const zeros = () => params.map(({ shape }) => np.zeros(shape))
  return { params, means: zeros(), squares: zeros(), iteration: np.array(0, { dtype: np.float32 }), key: random.key(1) }
}

interface StepOptions {
  readonly learningRate: number
  /** Whether the loss uses its key. */
  readonly dropout: boolean
  readonly countHits: boolean
}

/** Forward, backward, Adam and metric as one compiled function, which consumes the state. */
export function makeStep(loss: Loss, { learningRate, dropout, countHits }: StepOptions) {
  const compiled = jit<Parameters<Step>, ReturnType<Step>>((params, means, squares, iteration, key, x, y) => {
    const keys = dropout ? random.split(key) : undefined
    const own = keys?.ref.slice(1)
    const lossOf = (trained: JaxArray[]) => loss(trained, x, y.ref, own)
    const [[value, outputs], gradients] = valueAndGrad(lossOf, { hasAux: true })(params.map(({ ref }) => ref))
    const hits = countHits ? [np.equal(np.argmax(outputs, 1), y).astype(np.float32).sum()] : []
    if (!countHits) [outputs, y].forEach((array) => array.dispose())

    const next = iteration.add(1)
    const [first, second] = [0.9, 0.999].map((beta) =>
      np
        .exp(next.ref.mul(Math.log(beta)))
        .neg()
        .add(1),
    )
    const alpha = np.sqrt(second!).div(first!).mul(learningRate)
    const updated = params.map((param, i) => {
      const gradient = gradients[i]!
      const mean = means[i]!.ref.add(gradient.ref.sub(means[i]!).mul(1 - 0.9))
      const square = squares[i]!.ref.add(
        np
          .square(gradient)
          .sub(squares[i]!)
          .mul(1 - 0.999),
      )
      const change = mean.ref.mul(alpha.ref).div(np.sqrt(square.ref).add(1e-7))
      return { param: param.sub(change), mean, square }
    })
    alpha.dispose()
    const state = {
      params: updated.map(({ param }) => param),
      means: updated.map(({ mean }) => mean),
      squares: updated.map(({ square }) => square),
      iteration: next,
      key: keys ? keys.slice(0) : key,
    }
    return { loss: value, hits, state }
  })
  return ({ params, means, squares, iteration, key }: State, x: JaxArray, y: JaxArray) =>
    compiled(params, means, squares, iteration, key, x, y)
}
