import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { adapterObstacle } from '../packages/backend-webgpu/src/testing/dawn.ts'
import type { Counts } from './src/harness/counts.ts'
import type { Results } from './src/harness/results.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'gradus-bench-test-'))
const tiny = join(import.meta.dirname, 'src/testing/tiny.shapes.json')
const { GRADUS_CHROMIUM: chromium = '/usr/bin/chromium' } = process.env
const obstacle = await adapterObstacle()
const peersMissing = !existsSync(join(import.meta.dirname, 'peers/node_modules'))

const bench = (...args: string[]) =>
  run(process.execPath, [join(import.meta.dirname, 'run.mjs'), ...args, '--json', 'results.json'], {
    cwd: folder,
    env: { ...process.env, INIT_CWD: folder },
  })
const read = <T>(name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T

afterAll(() => rmSync(folder, { recursive: true }))

describe('counting', () => {
  it('needs no GPU and counts every workload', async () => {
    const { stdout } = await bench('--counts', '--contestants', 'gradus-webgpu', '--shapes', tiny)
    const { rows } = read<Counts>('results.json')
    expect(rows.map(({ workload }) => workload)).toContain('transformer')
    for (const { workload, counts } of rows) {
      expect(counts?.dispatches, workload).toBeGreaterThan(0)
      expect(stdout).toContain(`| ${workload} `)
    }
  }, 60_000)

  it.skipIf(peersMissing)(
    'peers has the counts of counts.json',
    async () => {
      await bench('--counts', '--contestants', 'tfjs-webgpu,jax-js-webgpu', '--only', 'mlp')
      const recorded = (JSON.parse(readFileSync(join(import.meta.dirname, 'counts.json'), 'utf8')) as Counts).rows
      for (const { contestant, counts } of read<Counts>('results.json').rows) {
        const old = recorded.find((row) => row.contestant === contestant && row.workload === 'mlp')
        expect(counts, contestant).toMatchObject({
          dispatches: old!.counts!.dispatches,
          passes: old!.counts!.passes,
          submits: old!.counts!.submits,
        })
      }
    },
    120_000,
  )
})

describe('measuring on WebGPU', () => {
  const measured = async () => {
    const what = ['--contestants', 'gradus-webgpu,gpu-copy', '--only', 'mlp,memory']
    const { stdout } = await bench('--webgpu', '--quick', '--reps', '2', '--shapes', tiny, ...what)
    return { stdout, ...read<Results>('results.json') }
  }

  it.skipIf(obstacle !== undefined)(
    'gives figures and, on a GPU, shares of the rate of a copy',
    async () => {
      const { stdout, workloads, goals } = await measured()
      expect(workloads.map(({ id }) => id)).toEqual([
        'mlp',
        'memory-add',
        'memory-row-sums',
        'memory-column-sums',
        'memory-sum',
      ])
      for (const { id, rows } of workloads) for (const { figure } of rows) expect(figure?.median, id).toBeGreaterThan(0)
      const software = /swiftshader|llvmpipe/i.test(stdout)
      expect(stdout.includes('A software driver computes')).toBe(software)
      const shares = goals.filter(({ goal }) => goal === 'share of the rate of a copy')
      expect(shares.map(({ figure = 0 }) => figure > 0)).toEqual(software ? [] : [true, true, true, true])
    },
    120_000,
  )

  it.skipIf(obstacle !== undefined || !existsSync(chromium))(
    'also in a page of Chromium',
    async () => {
      const what = ['--contestants', 'gradus-webgpu@chromium', '--only', 'mlp', '--shapes', tiny]
      await bench('--webgpu', '--quick', '--reps', '2', ...what)
      const { workloads, contestants } = read<Results>('results.json')
      expect(workloads[0]!.rows[0]!.figure?.median).toBeGreaterThan(0)
      expect(contestants[0]!.runtime).toMatch(/^Chromium \d+, \w/)
    },
    120_000,
  )

  it.runIf(obstacle !== undefined)(
    'reports that there is no adapter',
    async () => {
      const { workloads } = await measured()
      for (const { rows } of workloads) for (const { reason } of rows) expect(reason).toContain('no graphics adapter')
    },
    60_000,
  )
})

describe.skipIf(peersMissing)('a folder for a machine with a GPU', () => {
  it('has a program that takes all options', async () => {
    await run(process.execPath, [join(import.meta.dirname, 'run.mjs'), '--pack', folder])
    const { stdout } = await run(process.execPath, [join(folder, 'program.mjs'), '--help'])
    expect(stdout).toContain('--webgpu')
    for (const name of ['dawn', 'gradus', 'tfjs', 'jax-js', 'gpu-copy']) {
      expect(existsSync(join(folder, `${name}.mjs`)), name).toBe(true)
    }
  }, 60_000)
})
