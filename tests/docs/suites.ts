// The suites of `@gradus/testing` for the classes that examples define.
import { expect } from 'vitest'

type Options = Readonly<Record<string, unknown>>

/** The options of the suite for one class; `make` makes the instance, where that takes more than a config. */
interface Case extends Options {
  readonly make?: (Class: new (config?: object) => object) => Promise<() => object>
}

const dense = { units: 3 }

/** The cases by the name of the class. */
const cases: Readonly<Record<string, Case>> = {
  RmsNorm: { inputShape: [2, 3], expectedParams: 3 },
  Projection: { config: { units: 2, activation: 'tanh' }, inputShape: [2, 3], expectedOutputShape: [2, 2] },
  Residual: {
    inputShape: [2, 3],
    async make(Class) {
      const { Dense } = await import('@gradus/layers')
      const { fields } = Class as unknown as { readonly fields: object }
      return () => new Class({ [Object.keys(fields)[0]!]: new Dense(dense) })
    },
  },
  Halved: {
    inputShape: [2, 3],
    async make(Class) {
      const { Dense } = await import('@gradus/layers')
      return () => new Class({ layer: new Dense(dense) })
    },
  },
  Center: { inputShape: [2, 3], expectedState: 3 },
  Scale: { inputShape: [2, 3] },
  Pool: {
    inputShape: [2, 3, 2],
    mask: [
      [true, true, false],
      [true, false, true],
    ],
    batchIndependent: false,
  },
  Double: { inputShape: [2, 3] },
  Sum: {
    inputShape: [2, 3, 2],
    expectedOutputShape: [2, 2],
    async make(Class) {
      const { RNN } = await import('@gradus/layers')
      return () => new RNN({ cell: new Class() as never })
    },
  },
  SmallCell: {
    inputShape: [2, 3, 2],
    expectedOutputShape: [2, 2],
    async make(Class) {
      const { RNN } = await import('@gradus/layers')
      return () => new RNN({ cell: new Class({ units: 2 }) as never })
    },
  },
  Charbonnier: {
    target: [
      [1, 2],
      [0, 3],
    ],
    prediction: [
      [1, 4],
      [2, 2],
    ],
  },
  Within: { batches: [{ target: [[1], [2]], prediction: [[1.2], [4]] }], expected: 0.5 },
  LargestError: { batches: [{ target: [1, 2, 0], prediction: [1, 5, 1] }], weighted: false },
  SignDescent: {},
  Momentum: { expectedSlots: ['velocity'] },
}

/** The cases of classes with a name that other examples use too, by the file of the example. */
const casesOfFiles: Readonly<Record<string, Case>> = {
  'packages/core/src/contracts/loss.ts': {
    target: [
      [1, 2],
      [3, 4],
    ],
    prediction: [
      [1, 4],
      [9, 4],
    ],
  },
  'packages/metrics/src/mean-metric.ts': {
    batches: [
      {
        target: [
          [1, 2],
          [3, 4],
        ],
        prediction: [
          [1, 4],
          [9, 4],
        ],
      },
    ],
    expected: 4,
  },
}

/** Kinds for which there is no suite. */
const without = new Set(['regularizer', 'constraint', 'initializer', 'schedule', 'callback'])

/**
 * Runs the suite for a class of an example in a file. Models and layers that work on the host have none. Throws for a class without a case.
 */
export async function passesSuite(file: string, name: string, Class: unknown): Promise<void> {
  const { layerChecks, lossChecks, metricChecks, optimizerChecks, runChecks } = await import('@gradus/testing/checks')
  const { HostLayer } = await import('@gradus/core')
  const { Model } = await import('@gradus/models')
  const { kind, prototype } = Class as { readonly kind?: string; readonly prototype: object }
  if (kind === undefined || without.has(kind) || prototype instanceof Model || prototype instanceof HostLayer) return
  const found = casesOfFiles[file] ?? cases[name]
  if (!found) throw new Error(`The example shows the ${kind} ${name}. Add a case for it to tests/docs/suites.ts.`)
  const { make, ...options } = found
  const source = make ? await make(Class as never) : Class
  const suites = { layer: layerChecks, loss: lossChecks, metric: metricChecks, optimizer: optimizerChecks }
  const checks = suites[kind as keyof typeof suites](source as never, options as never)
  const failed = (await runChecks(checks)).filter(({ status }) => status === 'failed')
  expect(failed, `${name} does not pass its suite`).toEqual([])
}
