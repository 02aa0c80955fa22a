import { customGradient } from '@gradus/autograd'
import { Layer, type Rng, type Scope } from '@gradus/core'
import {
  add,
  div,
  formatShape,
  matmul,
  mean,
  mul,
  randomUniform,
  type Shape,
  ShapeError,
  square,
  sub,
  type Tensor,
  zeros,
} from '@gradus/tensor'
import { expect, it } from 'vitest'
import { runChecks } from '../check.ts'
import { testLayer } from '../suites.ts'
import { layerChecks } from './layer-checks.ts'
import type { LayerCheckOptions, LayerSource } from './options.ts'

interface AffineConfig {
  readonly units: number
}

class Affine extends Layer<AffineConfig, { kernel: Tensor; bias: Tensor }> {
  static readonly type: string = 'acme/Affine'
  static override readonly fields = { units: 'integer' } as const

  override init(rng: Rng, inputShape: Shape | readonly Shape[]) {
    const shape = inputShape as Shape
    if (shape.length !== 2) throw new ShapeError(`a matrix is needed, not ${formatShape(shape)}`)
    const kernel = randomUniform(rng.next(), [shape[1]!, this.config.units], { low: -1, high: 1, dtype: this.dtype })
    return { kernel, bias: zeros([this.config.units], this.dtype) }
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return add(matmul(x, params.kernel), params.bias)
  }
}

testLayer(Affine, {
  config: { units: 3 },
  inputShape: [4, 2],
  expectedOutputShape: [4, 3],
  expectedParams: 9,
  expectedState: 0,
  supportsMasking: false,
  invalidInputShape: [4, 2, 2],
})

testLayer(() => new Affine({ units: 1, name: 'affine', dtype: 'float64' }), { inputShape: [2, 5] })

async function failures(source: LayerSource, options: LayerCheckOptions): Promise<Record<string, string>> {
  const outcomes = await runChecks(layerChecks(source, options))
  return Object.fromEntries(
    outcomes.filter(({ status }) => status === 'failed').map(({ name, detail }) => [name, detail!]),
  )
}

class WrongGradient extends Affine {
  static override readonly type = 'acme/WrongGradient'

  override apply(x: Tensor, { params }: Scope<this>): Tensor {
    const squared = customGradient((y: Tensor) => ({ value: square(y), gradient: (ct: Tensor) => [mul(ct, y)] }))
    return add(squared(matmul(x, params.kernel)), params.bias)
  }
}

class Centered extends Affine {
  static override readonly type = 'acme/Centered'

  override apply(x: Tensor): Tensor {
    return sub(x, mean(x, { axis: 0, keepDims: true }))
  }
}

class Restless extends Affine {
  static override readonly type = 'acme/Restless'
  private calls = 0

  override apply(x: Tensor): Tensor {
    return add(x, this.calls++)
  }
}

class NoisyInference extends Affine {
  static override readonly type = 'acme/NoisyInference'

  override apply(x: Tensor, { rng }: Scope<this>): Tensor {
    return add(x, randomUniform(rng.next(), x.shape, { dtype: x.dtype as 'float32' }))
  }
}

class Single extends Affine {
  static override readonly type = 'acme/Single'

  override apply(x: Tensor): Tensor {
    return div(x, zeros(x.shape, 'float32'))
  }
}

const options = { config: { units: 2 }, inputShape: [3, 2] }

it('finds a wrong derivative and names the parameter, the position and both values', async () => {
  const found = await failures(WrongGradient, options)
  expect(Object.keys(found)).toContain('gradients agree with finite differences, inference')
  expect(found['gradients agree with finite differences, inference']).toMatch(
    /acme\/WrongGradient, inference: the derivative by parameter 'kernel' at \[0, 0\] of \[2, 2\] is -?[\d.]+ and should be -?[\d.]+/,
  )
})

it('finds samples that depend on each other', async () => {
  expect(Object.keys(await failures(Centered, { ...options, trains: false }))).toEqual([
    'samples do not depend on each other',
  ])
})

it('finds state outside of the arguments', async () => {
  const found = Object.keys(await failures(Restless, { ...options, trains: false }))
  expect(found).toContain('the same rng gives the same result')
  expect(found).toContain('compiled equals eager')
})

it('finds noise at inference', async () => {
  const found = Object.keys(await failures(NoisyInference, { ...options, trains: false, batchIndependent: false }))
  expect(found).toEqual(['inference does not depend on the rng'])
})

it('finds a layer that does not follow its dtype', async () => {
  expect(await failures(Single, { ...options, trains: false })).toHaveProperty('shapes and dtypes are as inferred')
})

it('finds unmet expectations', async () => {
  const found = await failures(Affine, {
    ...options,
    expectedOutputShape: [3, 3],
    expectedParams: 7,
    expectedState: 1,
    supportsMasking: true,
    invalidInputShape: [3, 2],
  })
  expect(found).toMatchObject({
    'shapes and dtypes are as inferred': expect.stringContaining('has shape [3, 2] and [3, 3] was expected'),
    'parameters and state have the expected sizes': 'acme/Affine has 6 parameters and 7 were expected.',
    'has the expected supportsMasking': 'acme/Affine.supportsMasking is false and should be true.',
    'a wrong shape is refused': 'acme/Affine for an input of shape [3, 2] should have thrown an error and did not.',
  })
})

it('refuses to skip without a reason, and unknown names', () => {
  expect(() => layerChecks(Affine, { ...options, skip: { 'compiled equals eager': '' } })).toThrow('without a reason')
  expect(() => layerChecks(Affine, { ...options, skip: { compiled: 'slow' } })).toThrow("no check called 'compiled'")
})
