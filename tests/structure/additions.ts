import { create, define, type Edit, line } from './edit.ts'

// One example of each kind for the table "What to touch" in CONTRIBUTING.md: all that it should take to add it.

export const additions = {
  // a definition, a row for each backend that generates code or holds a table of kernels, and a sample
  'elementwise op': [
    define(
      'packages/tensor/src/ops/exponential.ts',
      `export const cube = /* @__PURE__ */ unary('cube', requireFloat, { vjp: (ct, x) => mul(ct, mul(square(x), 3)) })
`,
    ),
    line(
      'packages/backend-cpu/src/unary.ts',
      'export const unaryLoops',
      '  cube(y, x) { for (let i = 0; i < y.length; i++) y[i] = x[i] ** 3 },',
    ),
    line(
      'packages/backend-wasm/src/elementwise/arithmetic.ts',
      'export const arithmeticRows',
      '  cube: { scalar({ temps, to }, [x]) { const v = temps.let(x!); return floatOps(to).mul(v, floatOps(to).mul(v, v)) } },',
    ),
    line(
      'packages/backend-webgpu/src/wgsl/elementwise.ts',
      'const rows:',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code that makes code
      '  cube: (_, [x]) => `(${x} * ${x} * ${x})`,',
    ),
    line('packages/tensor/src/samples/exponential.ts', 'import', "import { cube } from '../ops/exponential.ts'"),
    line(
      'packages/tensor/src/samples/exponential.ts',
      'export const exponentialSamples',
      '  { op: cube.op as Op, samples: unary(-2, 2) },',
    ),
  ],
  // a definition in terms of other ops, which every backend has at once
  'composite op': [
    define(
      'packages/tensor/src/ops/activation.ts',
      `export const bump = /* @__PURE__ */ unary('bump', requireFloat, { inline: (x) => exp(neg(mul(x, x))) })
`,
    ),
  ],
  layer: [
    create(
      'packages/layers/src/reshaping/mirrored.ts',
      `import { Layer } from '@gradus/core'
import { neg, type Tensor } from '@gradus/tensor'

export class Mirrored extends Layer {
  static readonly type = 'Mirrored'
  static override readonly fields = {}

  apply(x: Tensor): Tensor {
    return neg(x)
  }
}
`,
    ),
    line('packages/layers/src/index.ts', './reshaping/flatten.ts', "export * from './reshaping/mirrored.ts'"),
  ],
  initializer: [
    create(
      'packages/layers/src/initializers/halves.ts',
      `import { Initializer } from '@gradus/core'
import { type DType, full, type Shape, type Tensor } from '@gradus/tensor'

export class Halves extends Initializer {
  static readonly type = 'Halves'
  static override readonly fields = {}

  make(_key: Tensor, shape: Shape, dtype: DType): Tensor {
    return full(shape, 0.5, dtype)
  }
}
`,
    ),
    line(
      'packages/layers/src/index.ts',
      './initializers/glorot-uniform.ts',
      "export * from './initializers/halves.ts'",
    ),
  ],
  loss: [
    create(
      'packages/losses/src/mean-cubic-error.ts',
      `import { Loss } from '@gradus/core'
import { abs, mean, pow, sub, type Tensor } from '@gradus/tensor'

export class MeanCubicError extends Loss {
  static readonly type = 'MeanCubicError'
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return mean(pow(abs(sub(prediction, target)), 3), { axis: -1 })
  }
}
`,
    ),
    line('packages/losses/src/index.ts', 'export * from', "export * from './mean-cubic-error.ts'"),
  ],
  metric: [
    create(
      'packages/metrics/src/largest-error.ts',
      `import { abs, max, sub, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

export class LargestError extends MeanMetric {
  static readonly type = 'LargestError'
  static override readonly fields = {}

  protected values(target: Tensor, prediction: Tensor): Tensor {
    return max(abs(sub(prediction, target)), { axis: -1 })
  }
}
`,
    ),
    line('packages/metrics/src/index.ts', 'export * from', "export * from './largest-error.ts'"),
  ],
  optimizer: [
    create(
      'packages/optimizers/src/sign-descent.ts',
      `import { Optimizer, type StepContext } from '@gradus/core'
import { mul, sign, sub, type Tensor } from '@gradus/tensor'

export class SignDescent extends Optimizer {
  static readonly type = 'SignDescent'
  static override readonly fields = {}

  protected step(param: Tensor, gradient: Tensor, slots: Readonly<Record<string, Tensor>>, { learningRate }: StepContext) {
    return [sub(param, mul(sign(gradient), learningRate)), slots] as const
  }
}
`,
    ),
    line('packages/optimizers/src/index.ts', 'export * from', "export * from './sign-descent.ts'"),
  ],
  schedule: [
    create(
      'packages/optimizers/src/schedules/harmonic-decay.ts',
      `import { Schedule } from '@gradus/core'
import { add, cast, div, type Tensor } from '@gradus/tensor'

export class HarmonicDecay extends Schedule {
  static readonly type = 'HarmonicDecay'
  static override readonly fields = {}

  at(step: Tensor): Tensor {
    return div(1, add(cast(step, 'float32'), 1))
  }
}
`,
    ),
    line('packages/optimizers/src/index.ts', 'export * from', "export * from './schedules/harmonic-decay.ts'"),
  ],
  callback: [
    create(
      'packages/callbacks/src/first-epoch-only.ts',
      `import { Callback, type CallbackContext } from '@gradus/core'

export class FirstEpochOnly extends Callback {
  static readonly type = 'FirstEpochOnly'
  static override readonly fields = {}

  override onEpochEnd({ model }: CallbackContext): void {
    model.stopTraining = true
  }
}
`,
    ),
    line('packages/callbacks/src/index.ts', 'export * from', "export * from './first-epoch-only.ts'"),
  ],
  // a package (its manifest and its source), and a row in the table of levels
  backend: [
    create(
      'packages/backend-acme/package.json',
      JSON.stringify({
        name: '@gradus/backend-acme',
        exports: { '.': { '@gradus/source': './src/index.ts' } },
        dependencies: { '@gradus/graph': 'workspace:*' },
        peerDependencies: { '@gradus/tensor': 'workspace:*' },
      }),
    ),
    create(
      'packages/backend-acme/src/index.ts',
      `import { kernelBackend } from '@gradus/graph'
import type { Backend } from '@gradus/tensor'

export const acme = (): Backend =>
  kernelBackend({
    name: 'acme',
    kernels: {
      add(y, [a, b]) {
        for (let i = 0; i < y.data.length; i++) y.data[i] = a!.data[i]! + b!.data[i]!
      },
    },
  })
`,
    ),
    line(
      'scripts/levels.json',
      '"backend-cpu"',
      '  "backend-acme": { "level": 2, "uses": ["tensor", "graph"], "platform": "all" },',
    ),
  ],
  'CLI command': [
    create(
      'apps/cli/src/greet.ts',
      `import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'

export function greet(program: Command, { out }: Terminal): void {
  program.command('greet').action(() => out.write('Good morning.\\n'))
}
`,
    ),
  ],
} satisfies Record<string, readonly Edit[]>

export type Kind = keyof typeof additions

/** What each may touch: files, and lines in files that are there already; a definition in one of them is no such line. */
export const targets = {
  'elementwise op': { files: 5, lines: 5 },
  'composite op': { files: 1, lines: 0 },
  layer: { files: 2, lines: 1 },
  initializer: { files: 2, lines: 1 },
  loss: { files: 2, lines: 1 },
  metric: { files: 2, lines: 1 },
  optimizer: { files: 2, lines: 1 },
  schedule: { files: 2, lines: 1 },
  callback: { files: 2, lines: 1 },
  backend: { files: 3, lines: 1 },
  'CLI command': { files: 2, lines: 1 },
} satisfies Record<Kind, object>
