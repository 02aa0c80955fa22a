// Bundled with the sources of an edited copy of the repository, in which everything here has been added.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trace } from '@gradus/graph'
import { apply, type Op, type Sample } from '@gradus/tensor/internals'
import { opSamples } from '@gradus/tensor/samples'
import { backendChecks, opTable, runChecks } from '@gradus/testing/checks'
import * as gradus from 'gradus'
import {
  cpu,
  Dense,
  input,
  loadModel,
  Model,
  ops,
  Sequential,
  standard,
  Tensor,
  tensor,
  useBackend,
  wasm,
} from 'gradus'
import { fromKeras } from 'gradus/io'
import { inferPlan, learnTable, openTable, profileTable, rowsSource, TableCoder } from 'gradus/tables'
import { runCommand } from '../../apps/cli/src/run-command.ts'
import { compileGraph } from '../../packages/backend-webgpu/src/runtime/program.ts'
import { backends } from '../backends.ts'

/** The definitions of each kind by name. */
const namespaces = {
  layer: gradus.layers,
  activation: gradus.activations,
  initializer: gradus.initializers,
  regularizer: gradus.regularizers,
  constraint: gradus.constraints,
  loss: gradus.losses,
  metric: gradus.metrics,
  optimizer: gradus.optimizers,
  schedule: gradus.schedules,
  callback: gradus.callbacks,
}

/** Whether a definition is in the namespace of its kind, and known to `standard` by its name. */
function isReachable(kind: keyof typeof namespaces, type: string): boolean {
  const found: unknown = Object.entries(namespaces[kind]).find(([name]) => name === type)?.[1]
  return found !== undefined && standard.find(kind, type) === found
}

/** Whether an op passes the conformance checks on the backends that run here. */
async function passes(op: Op, samples: readonly Sample[]): Promise<boolean> {
  for (const backend of [cpu(), wasm()]) {
    const checks = backendChecks(backend, { samples: [{ op, samples }] }).filter(({ group }) => group === op.name)
    const outcomes = await runChecks(checks)
    const failed = outcomes.filter(({ status }) => status !== 'passed')
    if (failed.length > 0) throw new Error(failed.map(({ name, detail }) => `${name}: ${detail}`).join('\n'))
    if (checks.length < 5) return false
  }
  return true
}

/** The code for a GPU of an op applied to one tensor. */
function shaderOf(op: Op): string {
  const { graph } = trace((x: Tensor) => apply(op, [x], null), [new Tensor({ shape: [4], dtype: 'float32' })])
  return compileGraph(graph, {})
    .dispatches.map(({ wgsl }) => wgsl)
    .join('\n')
}

/** The row of an op in docs/op-table.md; the op passes the checks of its samples. */
async function rowOf(name: string): Promise<string | undefined> {
  const entry = opSamples.find(({ op }) => op.name === name)
  if (!entry || !(await passes(entry.op, entry.samples))) return undefined
  return (await opTable([{ backend: cpu(), samples: [entry] }])).trim().split('\n').at(-1)
}

const opNamed = (name: string) => (ops as unknown as Readonly<Record<string, { readonly op: Op }>>)[name]!.op

/** By kind: whether the addition is there, under its name, and works. */
export const probes = {
  async 'elementwise op'() {
    return (await rowOf('cube')) === '| `cube` | primitive | yes | yes |' && shaderOf(opNamed('cube')).includes(' * ')
  },
  async primitive() {
    return (await rowOf('mirror')) === '| `mirror` | primitive | yes | yes |' && shaderOf(opNamed('mirror')) !== ''
  },
  async 'composite op'() {
    return (await rowOf('bump')) === '| `bump` | composite | yes | yes |' && shaderOf(opNamed('bump')).includes('exp')
  },
  async 'function of other ops'() {
    const { fourth } = ops as unknown as { fourth(x: unknown): Tensor & gradus.SymbolicTensor }
    await useBackend(cpu())
    const x = input({ shape: [2] })
    const saved = await new Model({ inputs: x, outputs: fourth(x) }).toBytes()
    const copy = await loadModel(saved)
    return String((await copy.predict([[1, 2]])).array()) === '1,16' && fourth(tensor(2)).item() === 16
  },
  async layer() {
    await useBackend(cpu())
    const spec = fromKeras({ module: 'keras.layers', class_name: 'Mirrored', config: { name: 'only' } })
    const model = new Sequential([standard.create({ ...(spec as object), inputShape: [2] } as never)])
    return isReachable('layer', 'Mirrored') && String((await model.predict([[1, 2]])).array()) === '-1,-2'
  },
  async activation() {
    const result = await outputOf({ activation: 'folded' }, [[-3, 1]])
    return isReachable('activation', 'folded') && result === 2
  },
  async initializer() {
    const result = await outputOf({ kernelInitializer: 'halves' }, [[1, 2]])
    return isReachable('initializer', 'Halves') && result === 1.5
  },
  async regularizer() {
    const layer = { kernelInitializer: 'ones', kernelRegularizer: 'total' }
    return isReachable('regularizer', 'Total') && (await firstLogs({}, layer)).loss === 2
  },
  async constraint() {
    const { loss } = await fitted({}, { epochs: 2 }, { biasConstraint: 'nonPos', kernelConstraint: 'nonPos' })
    return isReachable('constraint', 'NonPos') && loss![1] === 4
  },
  async loss() {
    return isReachable('loss', 'MeanCubicError') && (await firstLogs({ loss: 'meanCubicError' })).loss === 8
  },
  async metric() {
    return isReachable('metric', 'LargestError') && (await firstLogs({ metrics: ['largestError'] })).largestError === 2
  },
  async optimizer() {
    return isReachable('optimizer', 'SignDescent') && (await firstLogs({ optimizer: 'signDescent' })).loss === 4
  },
  async schedule() {
    await useBackend(cpu())
    const schedule = standard.create({ schedule: 'HarmonicDecay' } as never) as unknown as gradus.Schedule
    return isReachable('schedule', 'HarmonicDecay') && schedule.at(tensor(3, { dtype: 'int32' })).item() === 0.25
  },
  async callback() {
    const callbacks = [standard.create({ callback: 'FirstEpochOnly' } as never)]
    return isReachable('callback', 'FirstEpochOnly') && (await fitted({}, { epochs: 5, callbacks })).loss!.length === 1
  },
  async 'format of model files'() {
    await useBackend(cpu())
    const folder = await mkdtemp(join(tmpdir(), 'gradus-structure-file-'))
    try {
      const path = join(folder, 'a.model.json')
      const model = compiled({})
      await model.fit([[1]], [[2]], { verbose: 0 })
      await model.save(path)
      const copy = await loadModel(path)
      const { header } = JSON.parse(await readFile(path, 'utf8'))
      const figures = [model, copy].map(async (one) => [
        (await one.predict([[3]])).item(),
        await one.trainOnBatch([[1]], [[2]]),
      ])
      const [before, after] = await Promise.all(figures)
      return header.steps === 1 && JSON.stringify(before) === JSON.stringify(after)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  async 'table format'() {
    const text = '[a]\nsize=1\nkind=x\n\n[b]\nsize=2\nkind=y\n'
    const rows = []
    for (const name of ['rows.ini', 'rows']) {
      for await (const { columns } of (await openTable(new TextEncoder().encode(text), { name })).chunks())
        rows.push(columns)
    }
    const [found] = rows
    return String(found) === '1,2,x,y' && String(rows[1]) === '1,2,x,y'
  },
  async 'kind of column'() {
    const rows = rowsSource([
      { paint: '#ff0000', price: 2 },
      { paint: '#00FF00', price: 3 },
    ])
    const plan = inferPlan(await profileTable(rows), { target: 'price' })
    const coder = new TableCoder(await learnTable(rows, plan))
    const { x } = await coder.encodeRows([{ paint: '#0000ff' }])
    return plan.inputs[0]!.options.kind === 'color' && String(x.features!.data) === '0,0,1'
  },
  async 'option of fit'() {
    const refused = await fitted({}, { restAfter: 0 }).catch((error: Error) => error.message)
    const schema = JSON.parse((await ran('config', 'schema')).out)
    const { type, minimum, default: value } = schema.properties.fit.properties.restAfter
    return (
      refused === "fit: 'restAfter' must be a positive whole number and is 0." &&
      (await fitted({}, { restAfter: 3 })).loss!.length === 1 &&
      String([type, minimum, value]) === 'integer,1,7'
    )
  },
  async 'command of the command line'() {
    const { code, out } = await ran('greet')
    return code === 0 && out === 'Good morning.\n' && (await ran('--help')).out.includes('greet')
  },
  async backend() {
    await useBackend(await backends.acme!())
    return String(ops.add(tensor([1, 2]), tensor([3, 4])).array()) === '4,6'
  },
}

/** A model that gives 0, before it is trained. */
function compiled(compile: object, layer: object = {}): Sequential {
  const model = new Sequential([new Dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros', ...layer })])
  model.compile({ optimizer: 'sgd', loss: 'mse', ...compile } as never)
  return model
}

/** Trains on a sample whose target is 2. */
async function fitted(compile: object, fit: object, layer?: object): Promise<Record<string, number[]>> {
  await useBackend(cpu())
  return (await compiled(compile, layer).fit([[1]], [[2]], { verbose: 0, ...fit })).history
}

async function firstLogs(compile: object, layer?: object): Promise<Record<string, number>> {
  const logs = await fitted(compile, {}, layer)
  return Object.fromEntries(Object.entries(logs).map(([name, [value]]) => [name, value!]))
}

/** The sum of the inputs, as a layer with some options gives it. */
async function outputOf(layer: object, x: number[][]): Promise<unknown> {
  await useBackend(cpu())
  const dense = standard.create({ layer: 'Dense', units: 1, kernelInitializer: 'ones', ...layer } as never)
  return (await new Sequential([dense]).predict(x)).item()
}

/** Runs the command line. */
async function ran(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  let out = ''
  const stream = { isTTY: false, write: (text: string) => Boolean((out += text)) }
  const silent = { isTTY: false, write: () => true }
  const code = await runCommand(args, { out: stream, err: silent, env: {}, cwd: '.', command: 'gradus' })
  return { code, out }
}
