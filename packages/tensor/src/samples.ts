import type { Aval, OpSamples, Sample } from './op.ts'
import { activationSamples } from './samples/activation.ts'
import { arithmeticSamples } from './samples/arithmetic.ts'
import { broadcastSamples } from './samples/broadcast.ts'
import { convSamples } from './samples/conv.ts'
import { createSamples } from './samples/create.ts'
import { cumulativeSamples } from './samples/cumulative.ts'
import { errorFunctionSamples } from './samples/error-function.ts'
import { exponentialSamples } from './samples/exponential.ts'
import { indexingSamples } from './samples/indexing.ts'
import { logSumExpSamples } from './samples/log-sum-exp.ts'
import { logicalSamples } from './samples/logical.ts'
import { matmulSamples } from './samples/matmul.ts'
import { movementSamples } from './samples/movement.ts'
import { normalizationSamples } from './samples/normalization.ts'
import { poolingSamples } from './samples/pooling.ts'
import { randomSamples } from './samples/random.ts'
import { reductionSamples } from './samples/reduction.ts'
import { roundingSamples } from './samples/rounding.ts'
import { scanSamples } from './samples/scan.ts'
import { softmaxSamples } from './samples/softmax.ts'
import { sortingSamples } from './samples/sorting.ts'
import { trigonometricSamples } from './samples/trigonometric.ts'
import { windowSamples } from './samples/window.ts'

/** Inputs for every op of the package, on which backends and derivatives are tested. */
export const opSamples: readonly OpSamples[] = [
  ...activationSamples,
  ...arithmeticSamples,
  ...broadcastSamples,
  ...convSamples,
  ...createSamples,
  ...cumulativeSamples,
  ...errorFunctionSamples,
  ...exponentialSamples,
  ...indexingSamples,
  ...logSumExpSamples,
  ...logicalSamples,
  ...matmulSamples,
  ...movementSamples,
  ...normalizationSamples,
  ...poolingSamples,
  ...randomSamples,
  ...reductionSamples,
  ...roundingSamples,
  ...scanSamples,
  ...softmaxSamples,
  ...sortingSamples,
  ...trigonometricSamples,
  ...windowSamples,
]

/** The params of a sample for inputs of these shapes and dtypes. */
export function paramsOf<P>({ params }: Sample<P>, inputs: readonly Aval[]): P {
  return typeof params === 'function' ? (params as (inputs: readonly Aval[]) => P)(inputs) : params
}
