import { create, define, type Edit, entry, exported, line } from './edit.ts'

// One example of each kind in the table "What to touch" of CONTRIBUTING.md: all that it takes to add it.

export const additions = {
  // a definition, a row for each backend that generates code or has a table of kernels, and a sample
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
  // a definition, a rule from which code generators make their kernels, a kernel of the reference backend, and a sample
  primitive: [
    define(
      'packages/tensor/src/ops/movement.ts',
      `const mirrorOp: Op<null> = {
  name: 'mirror',
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  vjp: (ct) => [apply(mirrorOp, [ct], null)],
}

export const mirror = /* @__PURE__ */ operationOf(mirrorOp, (x: Tensor): Tensor => apply(mirrorOp, [x], null))
`,
    ),
    entry(
      'packages/tensor/src/lowering/movement.ts',
      'export const movementLowerings: Lowerings = {',
      ' mirror: movement<null>(({ inputs: [x] }, at, index) => at.map((i, axis) => index.shifted(index.times(i, -1), x!.shape[axis]! - 1)), true),',
    ),
    line(
      'packages/backend-cpu/src/movement.ts',
      'export const movementKernels',
      '  mirror(output, [x]) { output.data.set(x.data.slice().reverse()) },',
    ),
    line('packages/tensor/src/samples/movement.ts', 'import', "import { mirror } from '../ops/movement.ts'"),
    line(
      'packages/tensor/src/samples/movement.ts',
      'export const movementSamples',
      '  { op: mirror.op as Op, samples: [{ inputs: [input], params: null }] },',
    ),
  ],
  // a definition with a body of other ops, which every backend has at once, and a sample
  'composite op': [
    define(
      'packages/tensor/src/ops/activation.ts',
      `export const bump = /* @__PURE__ */ unary('bump', requireFloat, { inline: (x) => exp(neg(mul(x, x))) })
`,
    ),
    line('packages/tensor/src/samples/activation.ts', 'import', "import { bump } from '../ops/activation.ts'"),
    line(
      'packages/tensor/src/samples/activation.ts',
      'export const activationSamples',
      '  { op: bump.op as Op, samples: [{ inputs: [{ shape: [2, 3] }], params: null }] },',
    ),
  ],
  'function of other ops': [
    define(
      'packages/tensor/src/ops/exponential.ts',
      `export const fourth = /* @__PURE__ */ operation('fourth', (x: TensorLike): Tensor => square(square(x)))
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
    exported('packages/layers/src/all.ts', "export { Mirrored } from './reshaping/mirrored.ts'"),
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
    exported('packages/layers/src/initializers/index.ts', "export { Halves } from './halves.ts'"),
  ],
  activation: [
    create(
      'packages/layers/src/activations/folded.ts',
      `import { activation } from '@gradus/core'
import { abs } from '@gradus/tensor'

export const folded = /* @__PURE__ */ activation('folded', {}, (x) => abs(x))
`,
    ),
    exported('packages/layers/src/activations/index.ts', "export { folded } from './folded.ts'"),
  ],
  regularizer: [
    create(
      'packages/layers/src/regularizers/total.ts',
      `import { Regularizer } from '@gradus/core'
import { sum, type Tensor } from '@gradus/tensor'

export class Total extends Regularizer {
  static readonly type = 'Total'
  static override readonly fields = {}

  loss(x: Tensor): Tensor {
    return sum(x)
  }
}
`,
    ),
    exported('packages/layers/src/regularizers/index.ts', "export { Total } from './total.ts'"),
  ],
  constraint: [
    create(
      'packages/layers/src/constraints/non-pos.ts',
      `import { Constraint } from '@gradus/core'
import { minimum, type Tensor } from '@gradus/tensor'

export class NonPos extends Constraint {
  static readonly type = 'NonPos'
  static override readonly fields = {}

  project(x: Tensor): Tensor {
    return minimum(x, 0)
  }
}
`,
    ),
    exported('packages/layers/src/constraints/index.ts', "export { NonPos } from './non-pos.ts'"),
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
    exported('packages/losses/src/all.ts', "export { MeanCubicError } from './mean-cubic-error.ts'"),
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
    exported('packages/metrics/src/all.ts', "export { LargestError } from './largest-error.ts'"),
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
    exported('packages/optimizers/src/all.ts', "export { SignDescent } from './sign-descent.ts'"),
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
    exported('packages/optimizers/src/schedules/index.ts', "export { HarmonicDecay } from './harmonic-decay.ts'"),
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
    exported('packages/callbacks/src/all.ts', "export { FirstEpochOnly } from './first-epoch-only.ts'"),
  ],
  // a package, and its export line in the list of backends
  backend: [
    create(
      'packages/backend-acme/package.json',
      JSON.stringify({
        name: '@gradus/backend-acme',
        type: 'module',
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
    exported('tests/all-backends.ts', "export { acme } from '@gradus/backend-acme'"),
  ],
  'format of model files': [
    create(
      'packages/io/src/formats/json-model.ts',
      `import type { WeightValue } from '@gradus/core'
import type { FileFormat } from './file-format.ts'
import type { ModelFile } from './model-file.ts'

const toJson = (values: readonly WeightValue[]) => values.map((value) => ({ ...value, data: [...value.data] }))
const fromJson = (values: readonly (WeightValue & { data: never })[]) =>
  values.map((value) => ({ ...value, data: Float32Array.from(value.data) }))

export const jsonModel = {
  name: 'json',
  extensions: ['.model.json'],
  matches: (bytes: Uint8Array) => bytes[0] === 0x7b,
  read(bytes: Uint8Array): ModelFile {
    const { header, weights, optimizer } = JSON.parse(new TextDecoder().decode(bytes))
    return { header, weights: fromJson(weights), optimizer: fromJson(optimizer) }
  },
  write: ({ header, weights, optimizer }: ModelFile) =>
    new TextEncoder().encode(JSON.stringify({ header, weights: toJson(weights), optimizer: toJson(optimizer) })),
} satisfies FileFormat<ModelFile>
`,
    ),
    exported('packages/io/src/formats/all.ts', "export { jsonModel } from './json-model.ts'"),
  ],
  'table format': [
    create(
      'packages/tables/src/formats/ini.ts',
      `import type { TableFormat } from './format.ts'

export const ini: TableFormat = {
  name: 'ini',
  title: 'an INI file',
  extensions: ['.ini'],
  options: [],
  isText: true,
  certainty: (start) => (start[0] === 0x5b && start[1] === 0x61 ? 1 : 0),
  async open(input) {
    const sections = new TextDecoder().decode(await input.read()).trim().split(/\\n\\s*\\n/)
    const rows = sections.map((section) => section.split('\\n').slice(1).map((line) => line.split('=')))
    const columns = rows[0]!.map(([name]) => name!)
    return {
      name: input.name,
      columns,
      notes: [],
      async *chunks() {
        const cells = columns.map((_, index) => rows.map((row) => row[index]![1]))
        yield { rowCount: rows.length, columns: cells, place: (row: number) => \`section \${row + 1}\` }
      },
    }
  },
}
`,
    ),
    exported('packages/tables/src/formats/all.ts', "export { ini } from './ini.ts'"),
  ],
  // the code of exported files for it is another file and line in packages/export-js/src/table/kinds
  'kind of column': [
    create(
      'packages/tables/src/kinds/color.ts',
      `import { textOf } from '../cell.ts'
import type { ColumnKind } from './kind.ts'

export const color: ColumnKind<number[]> = {
  name: 'color',
  likelihood: ({ forms, count }) => (forms['color'] === count ? 1 : 0),
  hasForm: (text) => /^#[0-9a-f]{6}$/i.test(text),
  isState: () => true,
  expected: () => 'a color such as #ff0000',
  read(cell) {
    const text = textOf(cell)
    if (!color.hasForm!(text)) return undefined
    return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16) / 255)
  },
  learn: () => ({ add() {}, finish: () => ({}) }),
  labels: (name) => [\`\${name}, red\`, \`\${name}, green\`, \`\${name}, blue\`],
  describe: () => 'red, green and blue',
  encode(value, _state, out, at) {
    value?.forEach((part, index) => {
      out[at + index] = part
    })
  },
}
`,
    ),
    exported('packages/tables/src/kinds/all.ts', "export { color } from './color.ts'"),
  ],
  // its description, from which the API, the types of configs and the command line take it
  'option of fit': [
    line(
      'packages/models/src/loop/fit-options.ts',
      'export const fitDataFields',
      "  restAfter: { type: 'integer', min: 1, default: 7 },",
    ),
  ],
  'command of the command line': [
    create(
      'apps/cli/src/greet-command.ts',
      `import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'

export function greetCommand(program: Command, { out }: Terminal): void {
  program.command('greet').action(() => void out.write('Good morning.\\n'))
}
`,
    ),
    exported('apps/cli/src/commands.ts', "export { greetCommand } from './greet-command.ts'"),
  ],
} satisfies Record<string, readonly Edit[]>
