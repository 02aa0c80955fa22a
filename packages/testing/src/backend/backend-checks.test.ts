import { readFileSync } from 'node:fs'
import { cpu } from '@gradus/backend-cpu'
import { kernelBackend, type NdArray } from '@gradus/graph'
import { type Backend, exp, mul, type Tensor } from '@gradus/tensor'
import * as internals from '@gradus/tensor/internals'
import { apply, type Op, type OpSamples } from '@gradus/tensor/internals'
import * as operations from '@gradus/tensor/ops'
import { opSamples } from '@gradus/tensor/samples'
import { describe, expect, it } from 'vitest'
import { runChecks } from '../check.ts'
import { backendChecks } from './backend-checks.ts'
import { opTable } from './op-table.ts'
import type { BackendCheckOptions } from './options.ts'

const sampled = new Map(opSamples.map((entry) => [entry.op.name, entry]))

async function failures(backend: Backend, options: BackendCheckOptions): Promise<Record<string, string>> {
  const outcomes = await runChecks(backendChecks(backend, options))
  return Object.fromEntries(
    outcomes.filter(({ status }) => status === 'failed').map(({ name, detail }) => [name, detail!]),
  )
}

/** The cpu backend with changes. */
function altered(changes: (backend: Backend) => Partial<Backend>): Backend {
  const backend = cpu()
  return { ...backend, name: 'altered', ...changes(backend) }
}

/** The cpu backend with an error of 1 percent in the first output element of one op. */
function withWrong(name: string): Backend {
  return altered((backend) => ({
    compile(graph) {
      const executable = backend.compile(graph)
      return {
        run(inputs, count) {
          const outputs = executable.run(inputs, count)
          if (graph.nodes.some(({ op }) => op.name === name)) new Float32Array(outputs[0] as ArrayBuffer)[0]! *= 1.01
          return outputs
        },
      }
    },
  }))
}

const only = (...names: string[]): BackendCheckOptions => ({ samples: names.map((name) => sampled.get(name)!) })

describe('the samples', () => {
  it('cover every documented primitive', () => {
    const page = readFileSync(new URL('../../../../docs/primitives.md', import.meta.url), 'utf8')
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    const primitives = rows.flatMap((line) => [...line.split('|')[1]!.matchAll(/\w+/g)].map(([name]) => name))
    expect(primitives.length).toBeGreaterThan(80)
    expect(primitives.filter((name) => !sampled.has(name))).toEqual([])
  })

  it('cover every op of the tensor package', () => {
    const isOp = (value: unknown): value is Op =>
      typeof value === 'object' &&
      value !== null &&
      'name' in value &&
      'shape' in value &&
      typeof value.shape === 'function'
    const carried = Object.values<object>(operations).map((value) => ('op' in value ? value.op : undefined))
    const ops = [...carried, ...Object.values<unknown>(internals)].filter(isOp)
    expect(ops.length).toBeGreaterThan(50)
    expect(ops.map(({ name }) => name).filter((name) => !sampled.has(name))).toEqual([])
  })

  it('name each op once', () => {
    expect(opSamples.length).toBe(sampled.size)
  })

  it('have at least one point with a derivative for every op that has one', () => {
    const without = opSamples.filter(
      ({ op, samples }) => (op.vjp || op.linearize) && samples.every((sample) => sample.forwardOnly !== undefined),
    )
    expect(without.map(({ op }) => op.name)).toEqual([])
  })
})

describe('backendChecks', () => {
  it('finds a kernel that is wrong', async () => {
    const found = await failures(withWrong('exp'), only('exp'))
    expect(found['exp: forward']).toMatch(
      /^exp sample 0 \(float32\), against the cpu backend: [\d.e-]+ instead of [\d.e-]+ at \[0, 0\] of float32/,
    )
  })

  it('finds a whole op that differs from its body', async () => {
    const op: Op<null> = {
      name: 'acme/square',
      shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
      inline: ([x]) => mul(x!, x!),
    }
    const claiming = altered((backend) => {
      const own = kernelBackend({
        name: 'own',
        kernels: {
          'acme/square': (output: NdArray, [x]: readonly NdArray[]) =>
            output.data.set(x!.data.map((value) => value * value + 1)),
        },
      })
      const claims = (name: string) => name === op.name
      return {
        has: (candidate) => claims(candidate.name) || backend.has(candidate),
        compile: (graph) => (graph.nodes.some((node) => claims(node.op.name)) ? own : backend).compile(graph),
      }
    })
    const samples: OpSamples[] = [{ op: op as Op, samples: [{ inputs: [{ shape: [3] }], params: null }] }]
    const found = await failures(claiming, { samples })
    expect(Object.keys(found)).toEqual(expect.arrayContaining(['acme/square: inlined', 'acme/square: forward']))
    expect(await failures(cpu(), { samples })).toEqual({})
  })

  it('finds wrong first and second derivatives', async () => {
    const shape: Op['shape'] = ([x]) => ({ shape: x!.shape, dtype: x!.dtype })
    const first: Op<null> = { name: 'acme/first', shape, inline: ([x]) => exp(x!), vjp: (ct) => [ct] }
    // The first op has a wrong derivative, whose own derivative is right. The second op has a right derivative that is computed
    // from a constant, so that its second derivative is 0.
    const stopped: Op<null> = {
      name: 'acme/stopped',
      shape,
      inline: ([x]) =>
        apply({ name: 'hide', shape, inline: ([y]: readonly Tensor[]) => exp(y!), vjp: () => [null] }, [x!], null),
    }
    const second: Op<null> = {
      name: 'acme/second',
      shape,
      inline: ([x]) => exp(x!),
      vjp: (ct, [x]) => [mul(ct, stopped.inline!([x!], null))],
    }
    const samples = [first, second].map(
      (op): OpSamples => ({ op: op as Op, samples: [{ inputs: [{ shape: [2, 2] }], params: null }] }),
    )
    const found = await failures(cpu(), { samples })
    expect(Object.keys(found)).toEqual(['acme/first: gradient', 'acme/second: second derivative'])
    expect(found['acme/first: gradient']).toMatch(
      /acme\/first sample 0: the derivative by input 0 at \[0, 0\] of \[2, 2\] is [-\d.]+ and should be [-\d.]+/,
    )
  })

  it('finds a body whose shape contradicts the shape rule', async () => {
    const op: Op<null> = {
      name: 'acme/shape',
      shape: ([x]) => ({ shape: [x!.shape[0]!, 1], dtype: x!.dtype }),
      inline: ([x]) => exp(x!),
    }
    const found = await failures(cpu(), {
      samples: [{ op: op as Op, samples: [{ inputs: [{ shape: [2] }], params: null }] }],
    })
    expect(found['acme/shape: inlined']).toContain('body against the shape rule: float32[2] instead of float32[2, 1]')
  })

  it('finds outputs that share a buffer, and writes without effect', async () => {
    const sharing = altered((backend) => ({
      compile(graph) {
        const executable = backend.compile(graph)
        return {
          run(inputs, count) {
            const outputs = executable.run(inputs, count)
            return outputs.map((_, index) => outputs[graph.outputs.indexOf(graph.outputs[index]!)]!)
          },
        }
      },
    }))
    expect(await failures(sharing, { samples: [] })).toEqual({
      'backend: outputs never share a buffer': expect.stringContaining('share a buffer'),
    })
    const deaf = altered(() => ({ write: () => {} }))
    expect(Object.keys(await failures(deaf, { samples: [] }))).toContain('backend: written bytes are read back')
  })

  it('finds an executable that ignores the number of runs', async () => {
    const once = altered((backend) => ({
      compile(graph) {
        const executable = backend.compile(graph)
        return { run: (inputs) => executable.run(inputs) }
      },
    }))
    expect(await failures(once, { samples: [] })).toEqual({
      'backend: a repeatable program runs several times at once': expect.stringContaining('the first output of 2 runs'),
    })
  })

  it('compares derivatives with those of the reference if there is no float64', async () => {
    const options: BackendCheckOptions = { ...only('mul', 'exp', 'matmul'), dtypes: ['float32', 'int32', 'bool'] }
    const checks = backendChecks(cpu(), options)
    const names = checks.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['matmul: gradient', 'matmul: second derivative']))
    expect(await failures(cpu(), options)).toEqual({})
    for (const [wrong, aspect] of [
      ['cos', 'gradient'],
      ['sin', 'second derivative'],
    ] as const) {
      const found = await failures(withWrong(wrong), { ...only('sin'), dtypes: ['float32'] })
      expect(found[`sin: ${aspect}`]).toContain(`, ${aspect} against the cpu backend`)
    }
  })

  it('requires a reason to skip a check', () => {
    expect(() => backendChecks(cpu(), { skip: { exp: ' ' } })).toThrow("'exp' is skipped without a reason")
    expect(() => backendChecks(cpu(), { skip: { unheardOf: 'because' } })).toThrow("no check called 'unheardOf'")
    const checks = backendChecks(cpu(), { ...only('exp', 'log'), skip: { exp: 'slow', 'log: forward': 'slower' } })
    expect(checks.filter(({ skip }) => skip).map(({ name }) => name)).toEqual([
      'exp: forward',
      'exp: compiled',
      'exp: gradient',
      'exp: second derivative',
      'exp: compiled gradient',
      'log: forward',
    ])
  })
})

it('opTable shows passed, failed, skipped and inapplicable checks', async () => {
  const broken = altered((backend) => ({
    compile(graph) {
      if (graph.nodes.some(({ op }) => op.name === 'sin')) throw new Error('no sin')
      return backend.compile(graph)
    },
  }))
  const samples = ['sin', 'equal'].map((name) => sampled.get(name)!)
  expect(
    await opTable([
      { backend: cpu(), samples },
      { backend: broken, samples, skip: { 'equal: compiled': 'to see it' } },
    ]),
  ).toBe(
    [
      '| op | kind | cpu, forward | cpu, gradient | altered, forward | altered, gradient |',
      '| --- | --- | --- | --- | --- | --- |',
      '| `equal` | primitive | yes | - | skipped | - |',
      '| `sin` | primitive | yes | yes | no | no |',
      '',
    ].join('\n'),
  )
})
