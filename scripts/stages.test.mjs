import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runStages } from './stages.mjs'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stages-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A stage that runs a program. */
function stage(id, code, more = {}) {
  const path = join(folder, `${id}.mjs`)
  writeFileSync(path, code)
  return { id, name: `stage ${id}`, command: `node ${path}`, ...more }
}

/** A program that writes a file and waits for that of another. */
const meet = (own, other) => `
  import { existsSync, writeFileSync } from 'node:fs'
  import { join } from 'node:path'
  writeFileSync(join(import.meta.dirname, '${own}.here'), '')
  const start = Date.now()
  while (!existsSync(join(import.meta.dirname, '${other}.here'))) {
    if (Date.now() - start > 20_000) throw new Error('${other} does not come')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }`

/** A program that fails if one of the others has run before it. */
const alone = (own, others) => `
  import { existsSync, writeFileSync } from 'node:fs'
  import { join } from 'node:path'
  writeFileSync(join(import.meta.dirname, '${own}.here'), '')
  await new Promise((resolve) => setTimeout(resolve, 50))
  const came = ${JSON.stringify(others)}.filter((other) => existsSync(join(import.meta.dirname, other + '.here')))
  if (came.length > 0) throw new Error(came + ' came too early')`

async function run(stages, processors = 2) {
  const lines = []
  const passed = await runStages('check', stages, { processors, reports: folder, print: (line) => lines.push(line) })
  return { passed, lines, total: JSON.parse(readFileSync(join(folder, 'check-total.json'), 'utf8')) }
}

it('runs as many stages at once as there are processors, in their order', async () => {
  const stages = [stage('a', meet('a', 'b')), stage('b', meet('b', 'a')), stage('c', meet('c', 'a'))]
  const { passed, lines, total } = await run(stages)
  expect(passed).toBe(true)
  expect(total).toEqual({ passed: 3, failed: 0 })
  expect(lines.slice(0, 3).map((line) => /^(ok|FAILED) +(stage .) +\d+\.\d s$/.exec(line)?.[1])).toEqual([
    ...['ok', 'ok', 'ok'],
  ])
  expect(lines.at(-1)).toMatch(/^\ncheck: 3 passed, 0 failed, \d+\.\d s$/)
})

it('runs a stage alone if it takes all processors, and tells vitest how many there are', async () => {
  const wide = stage('wide', alone('wide', ['after']), { processors: Number.POSITIVE_INFINITY })
  const workers = "if (process.env.VITEST_MAX_WORKERS !== '2') throw new Error(process.env.VITEST_MAX_WORKERS)"
  const counted = stage('counted', workers, { processors: 3 })
  const { lines } = await run([stage('before', ''), wide, stage('after', meet('after', 'wide')), counted])
  expect(lines.filter((line) => line.startsWith('FAILED'))).toEqual([])
})

it('goes on after a failure, and prints the output of the failed stage at the end', async () => {
  const broken = stage('broken', "console.log('this is why'); process.exit(3)")
  const { passed, lines, total } = await run([broken, stage('fine', "console.log('nobody reads this')")], 1)
  expect(passed).toBe(false)
  expect(total).toEqual({ passed: 1, failed: 1 })
  expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual(['FAILED', 'ok', '---', 'check:'])
  expect(lines[2]).toContain('this is why')
  expect(lines.join()).not.toContain('nobody reads this')
})

it.each([
  ['passes', { numPassedTests: 7, numFailedTests: 0 }, 0, { passed: 7, failed: 0 }],
  ['has failing tests', { numPassedTests: 5, numFailedTests: 2 }, 1, { passed: 5, failed: 2 }],
  ['breaks although its tests pass', { numPassedTests: 7, numFailedTests: 0 }, 1, { passed: 7, failed: 1 }],
  ['says nothing of its tests', undefined, 0, { passed: 0, failed: 1 }],
  ['breaks before it can count', undefined, 1, { passed: 0, failed: 1 }],
])('counts the tests of a run that %s', async (_, report, code, expected) => {
  const write = `
    import { writeFileSync } from 'node:fs'
    const path = process.argv.at(-1).split('=')[1]
    if (${report !== undefined}) writeFileSync(path, ${JSON.stringify(JSON.stringify(report))})
    process.exit(${code})`
  expect((await run([stage('tests', write, { count: 'vitest' })])).total).toEqual(expected)
})

it('counts recorded values by the last line of their table', async () => {
  const table = "console.log('conv  3 passed  0 failed\\ntotal   41 passed   0 failed')"
  expect((await run([stage('values', table, { count: 'recorded' })])).total).toEqual({ passed: 41, failed: 0 })
  const none = stage('none', "console.log('no table')", { count: 'recorded' })
  expect((await run([none])).total).toEqual({ passed: 0, failed: 1 })
})
