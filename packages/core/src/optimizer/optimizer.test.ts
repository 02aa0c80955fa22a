import { cpu } from '@gradus/backend-cpu'
import { add, cast, div, mul, sub, type Tensor, tensor, useBackend, zerosLike } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Schedule } from '../contracts/schedule.ts'
import { ConfigError } from '../errors.ts'
import { learningRateTypes, Optimizer, type OptimizerConfig, type StepContext } from './optimizer.ts'

await useBackend(cpu())

/** w -= learningRate * g, with a slot that counts updates. */
class Descent extends Optimizer {
  static readonly type = 'test/Descent'
  static override readonly fields = {}

  protected override slots(param: Tensor): Record<string, Tensor> {
    return { steps: zerosLike(param) }
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    { steps }: Readonly<Record<string, Tensor>>,
    { learningRate }: StepContext,
  ) {
    return [sub(param, mul(gradient, learningRate)), { steps: add(steps!, 1) }] as const
  }
}

/** The rate 1, 1/2, 1/3, ... */
class Harmonic extends Schedule {
  static readonly type = 'test/Harmonic'

  at(step: Tensor): Tensor {
    return div(1, add(cast(step, 'float32'), 1))
  }
}

const scalar = (value: number) => tensor([value])
const run = (config: OptimizerConfig, gradients: readonly number[], start = 0) => {
  const optimizer = new Descent(config)
  let params = { w: scalar(start) }
  let state = optimizer.init(params)
  const values = gradients.map((gradient) => {
    ;[params, state] = optimizer.update({ w: scalar(gradient) }, state, params)
    return params.w.dataSync()[0]!
  })
  return { values, params, state, optimizer }
}

describe('a step', () => {
  const update = (step: unknown) => () => {
    class Wrong extends Optimizer {
      static readonly type = 'test/Wrong'
      declare protected step: Descent['step']
    }
    const optimizer = new Wrong()
    if (step) Object.assign(optimizer, { step })
    const params = { w: scalar(1) }
    return optimizer.update({ w: scalar(1) }, optimizer.init(params), params)
  }

  it('is a method of each optimizer', () => {
    expect(update(undefined)).toThrow(
      'test/Wrong has no method step(param, gradient, slots, context), which every optimizer defines (in Keras it is update_step).',
    )
  })

  it('returns the parameter and the slots', () => {
    expect(update(() => undefined)).toThrow(
      'test/Wrong.step returned undefined; expected a list [parameter, slots]. Is `return` missing?',
    )
    expect(update((param: Tensor) => param)).toThrow(
      'test/Wrong.step returned a tensor; expected a list [parameter, slots].',
    )
  })
})

describe('an optimizer', () => {
  it('needs only step and slots', () => {
    const { values, state } = run({ learningRate: 0.5 }, [1, 2])
    expect(values).toEqual([-0.5, -1.5])
    expect(state.iteration.item()).toBe(2)
    expect(state.iteration.dtype).toBe('int32')
    expect((state.slots['steps'] as { w: Tensor }).w.array()).toEqual([2])
    expect(new Descent().learningRate).toBe(0.001)
    expect(new Descent().name).toBe('descent')
  })

  it('takes the rate of every call from a schedule, also while gradients are accumulated', () => {
    expect(run({ learningRate: new Harmonic() }, [1, 1, 1]).values.map((x) => x.toFixed(4))).toEqual([
      '-1.0000',
      '-1.5000',
      '-1.8333',
    ])
    const { values, state } = run({ learningRate: new Harmonic(), gradientAccumulationSteps: 2 }, [2, 4, 1, 1])
    expect(values).toEqual([0, -1.5, -1.5, -1.75])
    expect(state.learningRate.item()).toBeCloseTo(1 / 5)
  })

  it('names a schedule that returns no tensor', () => {
    class Wordy extends Harmonic {
      override at() {
        return 'slow' as never
      }
    }
    expect(() => run({ learningRate: new Wordy() }, [1])).toThrow('.at returned "slow"; expected a tensor.')
  })

  it('has defaults if it describes no options, and if options are null as in configs of Keras', () => {
    class Plain extends Optimizer {
      static readonly type = 'test/Plain'
      protected step(param: Tensor, gradient: Tensor, slots: Readonly<Record<string, Tensor>>) {
        return [sub(param, gradient), slots] as const
      }
    }
    class Swift extends Descent {
      static override readonly fields = { learningRate: { type: learningRateTypes, default: 3 } }
    }
    expect(new Plain().options).toEqual({ learningRate: 0.001, useEma: false, emaMomentum: 0.99 })
    expect(new Plain({ learningRate: null, name: null, clipNorm: null } as never).options).toEqual(new Plain().options)
    expect(() => new Plain({ clipNorm: -1 })).toThrow(/'clipNorm' must be a number larger than 0 and is -1/)
    expect([new Swift().learningRate, new Swift({ learningRate: 1 }).learningRate]).toEqual([3, 1])
    expect(new Swift().toSpec()).toEqual({ optimizer: 'test/Descent' })
  })

  it('uses the rate of the state', () => {
    const { optimizer, params, state } = run({ learningRate: 1 }, [1])
    const [next] = optimizer.update({ w: scalar(1) }, { ...state, learningRate: tensor(0.25) }, params)
    expect(next.w.array()).toEqual([-1.25])
  })

  it('does not change parameters without a gradient, nor their slots', () => {
    const optimizer = new Descent({
      learningRate: 1,
      weightDecay: 0.5,
      globalClipNorm: 1,
      gradientAccumulationSteps: 2,
    })
    let params = { a: scalar(1), layer: { b: scalar(2) } }
    let state = optimizer.init(params)
    for (let call = 0; call < 2; call++)
      [params, state] = optimizer.update({ a: scalar(3), layer: { b: null } }, state, params)
    expect(params.a.array()).toEqual([-0.5])
    expect(params.layer.b.array()).toEqual([2])
    const steps = state.slots['steps'] as { a: Tensor; layer: { b: Tensor } }
    expect([steps.a.array(), steps.layer.b.array()]).toEqual([[1], [0]])
  })

  it('decays parameters that are not excluded by path or by names within it', () => {
    const params = {
      dense: { kernel: scalar(1), bias: scalar(1) },
      bias_net: { kernel: scalar(1) },
      out: { kernel: scalar(1) },
    }
    const zero = {
      dense: { kernel: scalar(0), bias: scalar(0) },
      bias_net: { kernel: scalar(0) },
      out: { kernel: scalar(0) },
    }
    const optimizer = new Descent({
      learningRate: 0.5,
      weightDecay: 0.5,
      excludeFromWeightDecay: ['bias', 'out.kernel'],
    })
    const [next] = optimizer.update(zero, optimizer.init(params), params)
    expect(
      [next.dense.kernel, next.dense.bias, next.bias_net.kernel, next.out.kernel].map((x) => x.dataSync()[0]),
    ).toEqual([0.75, 1, 0.75, 1])
  })

  it('divides gradients by the loss scale', () => {
    const optimizer = new Descent({ lossScaleFactor: 8 })
    expect(optimizer.scaleLoss(tensor(3), optimizer.init({})).item()).toBe(24)
    expect(run({ learningRate: 1, lossScaleFactor: 8 }, [16]).values).toEqual([-2])
    expect(new Descent().scaleLoss(tensor(3), optimizer.init({})).item()).toBe(3)
  })

  it('clips gradients by value, norm and global norm', () => {
    const update = (config: OptimizerConfig, gradients: { a: Tensor; b: Tensor }) => {
      const optimizer = new Descent({ learningRate: 1, ...config })
      const params = { a: zerosLike(gradients.a), b: zerosLike(gradients.b) }
      const [next] = optimizer.update(gradients, optimizer.init(params), params)
      return [next.a, next.b].map((x) => Array.from(x.dataSync(), (value) => Number((0 - value).toFixed(5))))
    }
    const gradients = { a: tensor([3, -4]), b: tensor([12]) }
    expect(update({ clipValue: 3.5 }, gradients)).toEqual([[3, -3.5], [3.5]])
    expect(update({ clipNorm: 10 }, gradients)).toEqual([[3, -4], [10]])
    expect(update({ globalClipNorm: 6.5 }, gradients)).toEqual([[1.5, -2], [6]])
    expect(update({ globalClipNorm: 20 }, gradients)).toEqual([[3, -4], [12]])
    expect(update({ clipNorm: 1 }, { a: tensor([0, 0]), b: tensor([0]) })).toEqual([[0, 0], [0]])
    expect(update({ globalClipNorm: 1 }, { a: tensor([0, 0]), b: tensor([0]) })).toEqual([[0, 0], [0]])
    expect(update({ globalClipNorm: 1 }, { a: tensor([1, Number.POSITIVE_INFINITY]), b: tensor([0]) })[1]).toEqual([
      Number.NaN,
    ])
  })

  it('replaces parameters by their averages periodically and at the end', () => {
    // averages: -1, then 0.5 * -1 + 0.5 * -2 = -1.5
    const { values, optimizer, params, state } = run(
      { learningRate: 1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 2 },
      [1, 1, 1],
    )
    expect(values).toEqual([-1, -1.5, -2.5])
    expect(optimizer.finalize(params, state).w.array()).toEqual([-2])
    const plain = run({}, [1])
    expect(plain.optimizer.finalize(plain.params, plain.state)).toBe(plain.params)
  })

  it('computes in the dtype of the parameter', () => {
    const optimizer = new Descent({ learningRate: 0.5 })
    const params = { w: tensor([1 / 3], { dtype: 'float64' }) }
    const [next] = optimizer.update({ w: tensor([1 / 7], { dtype: 'float64' }) }, optimizer.init(params), params)
    expect(next.w.dtype).toBe('float64')
    expect(next.w.dataSync()[0]).toBe(1 / 3 - 1 / 14)
  })

  it('advances the shared state once per update', () => {
    class Fading extends Optimizer {
      static readonly type = 'test/Fading'
      protected override shared(): Record<string, Tensor> {
        return { product: tensor(1) }
      }
      protected override advance({ product }: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
        return { product: mul(product!, 0.5) }
      }
      protected step(
        param: Tensor,
        gradient: Tensor,
        slots: Readonly<Record<string, Tensor>>,
        { shared }: StepContext,
      ) {
        return [sub(param, mul(gradient, shared['product']!)), slots] as const
      }
    }
    const optimizer = new Fading({ gradientAccumulationSteps: 2 })
    let params = { a: scalar(0), b: scalar(0) }
    let state = optimizer.init(params)
    const products = Array.from({ length: 4 }, () => {
      ;[params, state] = optimizer.update({ a: scalar(1), b: scalar(2) }, state, params)
      return state.shared['product']!.item()
    })
    expect(products).toEqual([1, 0.5, 0.5, 0.25])
    expect([params.a.array(), params.b.array()]).toEqual([[-0.75], [-1.5]])
  })
})

describe('an optimizer refuses', () => {
  const refused: [string, OptimizerConfig, RegExp][] = [
    [
      'two limits',
      { clipNorm: 1, clipValue: 2 },
      /only one of clipNorm, globalClipNorm and clipValue can be set; got clipNorm and clipValue/,
    ],
    ['a limit of 0', { clipNorm: 0 }, /'clipNorm' must be a number larger than 0 and is 0/],
    ['a momentum above 1', { emaMomentum: 1.5 }, /'emaMomentum' must be a number from 0 to 1 and is 1.5/],
    [
      'accumulation of one',
      { gradientAccumulationSteps: 1 },
      /'gradientAccumulationSteps' must be an integer at least 2 and is 1/,
    ],
    [
      'an overwrite frequency of 0',
      { emaOverwriteFrequency: 0 },
      /'emaOverwriteFrequency' must be a positive whole number and is 0/,
    ],
    ['a scale of 0', { lossScaleFactor: 0 }, /'lossScaleFactor' must be a number larger than 0 or "dynamic" and is 0/],
    [
      'an unknown name of a scale',
      { lossScaleFactor: 'auto' as 'dynamic' },
      /a number larger than 0 or "dynamic" and is "auto"/,
    ],
    [
      'a single name of an excluded parameter',
      { excludeFromWeightDecay: 'bias' as never },
      /'excludeFromWeightDecay' must be a list of strings and is "bias". Example: .*: \['bias'\]/,
    ],
    [
      'a function as rate',
      { learningRate: (() => 1) as never },
      /'learningRate' must be a number or an instance of a class that extends Schedule/,
    ],
    ['an unknown option', { learningrate: 1 } as never, /has no option 'learningrate'. Did you mean 'learningRate'/],
  ]
  it.each(refused)('%s', (_, config, message) => {
    expect(() => new Descent(config)).toThrow(ConfigError)
    expect(() => new Descent(config)).toThrow(message)
  })

  it('gradients that do not belong to the parameters', () => {
    const optimizer = new Descent()
    const params = { w: scalar(1) }
    const state = optimizer.init(params)
    expect(() => optimizer.update({ v: scalar(1) }, state, params)).toThrow(/gradient for 'v' and no such parameter/)
    expect(() => optimizer.update({ w: tensor([1, 2]) }, state, params)).toThrow(
      /gradient for 'w' has shape \[2\] and the parameter \[1\]/,
    )
    expect(() => optimizer.update({ w: null }, state, params)).toThrow(/no gradient for any of the parameters w/)
    expect(() => optimizer.update({ u: scalar(1) }, state, { u: scalar(1) })).toThrow(
      /no steps for the parameter 'u'.*optimizer\.init/,
    )
  })

  it('a step that forgets a slot', () => {
    class Forgetful extends Descent {
      protected override step(param: Tensor) {
        return [param, {}] as unknown as readonly [Tensor, { steps: Tensor }]
      }
    }
    const optimizer = new Forgetful()
    expect(() => optimizer.update({ w: scalar(1) }, optimizer.init({ w: scalar(1) }), { w: scalar(1) })).toThrow(
      /the slot 'steps' is missing/,
    )
  })
})

it('learningRate cannot be set, and the message names that of the model', () => {
  const optimizer = new Descent({ learningRate: 1 })
  expect(() => (optimizer.learningRate = 0.1)).toThrow(
    'so learningRate cannot be set. Set that of the model, as in model.learningRate = 0.1, which',
  )
})

it('a schedule with the method of Keras is refused', () => {
  class Late extends (Schedule as unknown as new () => object) {
    call(): void {}
  }
  expect(() => new Descent({ learningRate: new Late() as unknown as Schedule })).toThrow(
    'Late has no method at(step), which every schedule defines (in Keras it is call).',
  )
})
