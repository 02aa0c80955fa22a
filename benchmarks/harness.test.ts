import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Results } from './src/harness/results.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'gradus-bench-test-'))
const shapes = join(import.meta.dirname, 'src/testing/tiny.shapes.json')

const bench = (...args: string[]) =>
  run(process.execPath, [join(import.meta.dirname, 'run.mjs'), ...args], {
    cwd: folder,
    env: { ...process.env, INIT_CWD: folder },
  })

afterAll(() => rmSync(folder, { recursive: true }))

describe('a run with tiny shapes, without peers', () => {
  let results: Results
  let printed: string
  beforeAll(async () => {
    writeFileSync(join(folder, 'table.md'), 'Before.\n<!-- results: begin -->\nold\n<!-- results: end -->\nAfter.\n')
    const only = 'article,mlp,cnn,lstm,transformer,tiny,matmul,elementwise,reduction,memory,start-up'
    const { stdout } = await bench(
      ...['--shapes', shapes, '--contestants', 'gradus-cpu,hand-written,ceiling', '--quick', '--reps', '2'],
      ...['--only', only, '--json', 'results.json', '--markdown', 'table.md'],
    )
    printed = stdout
    results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as Results
  }, 60_000)

  const figureOf = (workload: string, contestant: string) =>
    results.workloads.find(({ id }) => id === workload)?.rows.find((row) => row.contestant === contestant)?.figure

  it('measures every workload of the shapes file', () => {
    expect(results.workloads.map(({ id }) => id)).toEqual([
      'article',
      'mlp',
      'cnn',
      'lstm',
      'transformer',
      'fit-overhead',
      'matmul-16',
      'matmul-33',
      'elementwise',
      'reduction',
      'memory-add',
      'memory-row-sums',
      'memory-column-sums',
      'memory-sum',
    ])
    for (const { id, rows } of results.workloads) {
      for (const { contestant, reason } of rows) expect(reason, `${contestant} at ${id}`).toBeUndefined()
      const { median, min, max, reps } = figureOf(id, 'gradus-cpu')!
      expect(min).toBeLessThanOrEqual(median)
      expect(max).toBeGreaterThanOrEqual(median)
      expect(reps).toBe(2)
    }
  })

  it('measures contestants only at workloads of their kinds', () => {
    expect(results.workloads.flatMap(({ id }) => (figureOf(id, 'hand-written') ? [id] : []))).toEqual(['article'])
    const withCeiling = results.workloads.flatMap(({ id }) => (figureOf(id, 'ceiling') ? [id] : []))
    expect(withCeiling).toEqual(['matmul-16', 'matmul-33', 'elementwise'])
  })

  it('the hand-written loop has the losses of Gradus, from the same weights in the same order', () => {
    const [gradus, byHand] = ['gradus-cpu', 'hand-written'].map((id) => figureOf('article', id)!)
    expect(byHand!.losses).toHaveLength(6)
    byHand!.losses!.forEach((loss, epoch) => {
      expect(Math.abs(loss / gradus!.losses![epoch]! - 1), `epoch ${epoch + 1}`).toBeLessThan(1e-4)
    })
    expect(Math.abs(byHand!.before! / gradus!.before! - 1)).toBeLessThan(1e-4)
    expect(byHand!.losses!.at(-1)).toBeLessThan(byHand!.losses![0]!)
  })

  it('finds falling losses for all trained models', () => {
    for (const id of ['article', 'mlp', 'cnn', 'lstm', 'transformer', 'fit-overhead']) {
      const { before, after } = figureOf(id, 'gradus-cpu')!
      expect(after, id).toBeLessThan(before!)
    }
  })

  it('measures the start, memory and the machine', () => {
    expect(results.startUp.map(({ contestant, ms }) => [contestant, ms!.median > 0])).toEqual([['gradus-cpu', true]])
    expect(results.memory.map(({ contestant }) => contestant)).toEqual(['gradus-cpu', 'hand-written', 'ceiling'])
    expect(results.machine.node).toBe(process.versions.node)
  })

  it('reports goals of other contestants as not measured', () => {
    expect(results.goals.length).toBeGreaterThan(10)
    for (const { verdict } of results.goals) expect(verdict).toBe('not measured')
  })

  it('prints tables, and writes them between the marks of a file', () => {
    const written = readFileSync(join(folder, 'table.md'), 'utf8')
    expect(written).toContain('### One train step: LSTM of 5 units over 4 steps, batch 4')
    expect(written).toMatch(/^Before\.\n<!-- results: begin -->\n\nMeasured on /)
    expect(written).toMatch(/<!-- results: end -->\nAfter\.\n$/)
    expect(written).not.toContain('old')
    expect(written).toContain(printed.trim())
  })
})

describe('mistakes on the command line', () => {
  it.each([
    [['--contestants', 'keras'], "There is no contestant 'keras'"],
    [['--shapes', shapes, '--contestants', 'gradus-cpu', '--only', 'gan'], "the shapes have no workload 'gan'"],
    [['--reps', '0'], '--reps is 0; expected a whole number from 1.'],
  ])(
    '%j: %s',
    async (args, message) => {
      await expect(bench(...args)).rejects.toThrow(message)
    },
    30_000,
  )

  it('a shapes file that extends another takes missing workloads from it', async () => {
    const path = join(folder, 'more.json')
    writeFileSync(path, JSON.stringify({ extends: shapes, matmul: { sizes: [5] } }))
    const only = ['--only', 'matmul,reduction', '--quick', '--contestants', 'gradus-cpu', '--json', 'more-results.json']
    await bench('--shapes', path, ...only)
    const { workloads } = JSON.parse(readFileSync(join(folder, 'more-results.json'), 'utf8')) as Results
    expect(workloads.map(({ id }) => id)).toEqual(['matmul-5', 'reduction'])
  }, 30_000)

  it('a shapes file with a field that is missing or unknown', async () => {
    const path = join(folder, 'wrong.json')
    writeFileSync(path, JSON.stringify({ lstm: { steps: 3 } }))
    await expect(bench('--shapes', path)).rejects.toThrow('lstm.features must be a whole number from 1')
    writeFileSync(path, JSON.stringify({ reduction: { elements: 3, size: 3 } }))
    await expect(bench('--shapes', path)).rejects.toThrow("reduction has no 'size'")
  })
})
