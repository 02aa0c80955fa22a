// Bundled with the sources of an edited copy of the repository, in which everything here has been added.
import { trace } from '@gradus/graph'
import { apply, type Op, type Sample } from '@gradus/tensor/internals'
import * as ops from '@gradus/tensor/ops'
import { opSamples } from '@gradus/tensor/samples'
import { backendChecks, opTable, runChecks } from '@gradus/testing/checks'
import * as gradus from 'gradus'
import { cpu, Dense, Sequential, standard, Tensor, tensor, useBackend, wasm } from 'gradus'
import { runCommand } from '../../apps/cli/src/run-command.ts'
import { compileGraph } from '../../packages/backend-webgpu/src/runtime/program.ts'

type Named = 'layer' | 'initializer' | 'loss' | 'metric' | 'optimizer' | 'schedule' | 'callback'

/** Whether a class is exported by `gradus`, and known to `standard` by its name. */
function isReachable(kind: Named, type: string): boolean {
  const exported = (gradus as unknown as Record<string, { type?: string } | undefined>)[type]
  return exported?.type === type && standard.names(kind).includes(type) && standard.find(kind, type) === exported
}

/** What the conformance suites find out about an op on the backends that run here. */
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

const opNamed = (name: string) => (ops as unknown as Record<string, { readonly op: Op } | undefined>)[name]?.op

/** By kind: whether what was added is there, under its name, and works. */
export const probes = {
  async 'elementwise op'() {
    const entry = opSamples.find(({ op }) => op.name === 'cube')
    if (!entry || !(await passes(entry.op, entry.samples))) return false
    const table = await opTable([{ backend: cpu(), samples: [entry] }])
    return table.includes('| `cube` | primitive | yes | yes |') && shaderOf(entry.op).includes(' * ')
  },
  async 'composite op'() {
    const op = opNamed('bump')
    const samples = [{ inputs: [{ shape: [2, 3] }], params: null }]
    return op !== undefined && (await passes(op, samples)) && shaderOf(op).includes('exp')
  },
  async layer() {
    if (!isReachable('layer', 'Mirrored')) return false
    await useBackend(cpu())
    const model = new Sequential([standard.create({ layer: 'Mirrored', inputShape: [2] } as never)])
    return String((await model.predict([[1, 2]])).array()) === '-1,-2'
  },
  async initializer() {
    if (!isReachable('initializer', 'Halves')) return false
    await useBackend(cpu())
    const layer = standard.create({ layer: 'Dense', units: 1, inputShape: [2], kernelInitializer: 'halves' } as never)
    return String((await new Sequential([layer]).predict([[1, 2]])).array()) === '1.5'
  },
  async loss() {
    return isReachable('loss', 'MeanCubicError') && (await firstLogs({ loss: 'meanCubicError' })).loss === 8
  },
  async metric() {
    const metrics = ['largestError']
    return isReachable('metric', 'LargestError') && (await firstLogs({ loss: 'mse', metrics })).largestError === 2
  },
  async optimizer() {
    return isReachable('optimizer', 'SignDescent') && (await firstLogs({ optimizer: 'signDescent' })).loss === 4
  },
  async schedule() {
    if (!isReachable('schedule', 'HarmonicDecay')) return false
    await useBackend(cpu())
    const schedule = standard.create({ schedule: 'HarmonicDecay' } as never) as unknown as gradus.Schedule
    return schedule.at(tensor(3, { dtype: 'int32' })).item() === 0.25
  },
  async callback() {
    if (!isReachable('callback', 'FirstEpochOnly')) return false
    const callbacks = [standard.create({ callback: 'FirstEpochOnly' } as never)]
    return (await fitted({}, { epochs: 5, callbacks })).loss!.length === 1
  },
  async backend(acme?: () => gradus.Backend) {
    if (!acme) return false
    await useBackend(acme())
    return String(gradus.ops.add(tensor([1, 2]), tensor([3, 4])).array()) === '4,6'
  },
  async 'CLI command'() {
    let out = ''
    const stream = { isTTY: false, write: (text: string) => Boolean((out += text)) }
    const silent = { isTTY: false, write: () => true }
    const code = await runCommand(['greet'], { out: stream, err: silent, env: {}, cwd: '.', command: 'gradus' })
    return code === 0 && out === 'Good morning.\n'
  },
}

/** Trains a model that gives 0 on a sample whose target is 2. */
async function fitted(compile: object, fit: object): Promise<Record<string, number[]>> {
  await useBackend(cpu())
  const model = new Sequential([new Dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })])
  model.compile({ optimizer: 'sgd', loss: 'mse', ...compile } as never)
  return (await model.fit([[1]], [[2]], { verbose: 0, ...fit })).history
}

const firstLogs = async (compile: object) =>
  Object.fromEntries(Object.entries(await fitted(compile, {})).map(([name, [value]]) => [name, value]))
