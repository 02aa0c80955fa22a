// Runs the stages of a check side by side and counts passed and failed tests.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The folder with the counts and outputs of all checks. */
export const reportsFolder = join(root, '.reports')

/**
 * Runs stages `{ id, name, command, env, processors, count }`. They start in the order of the list, each when `processors`
 * are free (1 by default, `Infinity` for all). `count` says how tests are counted: `vitest` makes vitest write a report,
 * `recorded` reads the output of tests/recorded/run.mjs. Without `count` a stage counts as one test.
 *
 * Prints a line when a stage ends, and at the end the outputs of the failed stages. The folder of reports has the output of
 * each stage, `<id>.log`, and the counts of the stages that have ended, `<check>-total.json`.
 * @returns whether everything passed
 */
export async function runStages(check, stages, options = {}) {
  const { processors = availableParallelism(), reports = reportsFolder, print = console.log } = options
  mkdirSync(reports, { recursive: true })
  const start = performance.now()
  const total = { passed: 0, failed: 0 }
  const broken = []
  const widest = Math.max(...stages.map(({ name }) => name.length))
  const write = () => writeFileSync(join(reports, `${check}-total.json`), JSON.stringify(total))

  write()
  await sideBySide(stages, processors, async (stage, share) => {
    const began = performance.now()
    const { passed, failed } = countOf(stage, await run(stage, share, reports), reports)
    total.passed += passed
    total.failed += failed
    write()
    if (failed > 0) broken.push(stage)
    const figures = stage.count ? `  ${passed} passed${failed > 0 ? `, ${failed} failed` : ''}` : ''
    print(`${failed === 0 ? 'ok    ' : 'FAILED'} ${stage.name.padEnd(widest)} ${secondsSince(began)}${figures}`)
  })
  for (const { id, name, command } of broken) {
    print(`\n--- ${name}: ${command}\n\n${readFileSync(logOf(reports, id), 'utf8')}`)
  }
  const { passed, failed } = total
  print(`\n${check}: ${passed} passed, ${failed} failed, ${secondsSince(start).trim()}`)
  return failed === 0
}

/** Starts the stages in order, each when its processors are free. */
function sideBySide(stages, processors, runStage) {
  const waiting = [...stages]
  let free = processors
  return new Promise((done, fail) => {
    const proceed = () => {
      if (waiting.length === 0 && free === processors) done()
      while (waiting.length > 0) {
        const share = Math.min(waiting[0].processors ?? 1, processors)
        if (share > free) return
        free -= share
        runStage(waiting.shift(), share).then(() => {
          free += share
          proceed()
        }, fail)
      }
    }
    proceed()
  })
}

function run({ id, command, env, count }, share, reports) {
  const report = ` --reporter=default --reporter=json --outputFile.json=${reportOf(reports, id)}`
  const log = openSync(logOf(reports, id), 'w')
  const child = spawn(count === 'vitest' ? command + report : command, {
    cwd: root,
    shell: true,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
      NO_COLOR: '1',
      VITEST_MAX_WORKERS: String(share),
      ...env,
    },
  })
  closeSync(log)
  return new Promise((done) => {
    child.on('close', (code) => done(code === 0))
    child.on('error', () => done(false))
  })
}

const logOf = (reports, id) => join(reports, `${id}.log`)
const reportOf = (reports, id) => join(reports, `${id}.json`)

/** The counts of a stage. A stage that broke, or that reports no tests, has at least one failure. */
function countOf({ id, count }, succeeded, reports) {
  if (!count) return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1 }
  const figures = figuresOf[count](id, reports)
  if (!figures) return { passed: 0, failed: 1 }
  return { ...figures, failed: succeeded ? figures.failed : Math.max(figures.failed, 1) }
}

const figuresOf = {
  vitest(id, reports) {
    try {
      const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(reportOf(reports, id), 'utf8'))
      return { passed, failed }
    } catch {
      return undefined
    }
  },
  recorded(id, reports) {
    const found = /^total +(\d+) passed +(\d+) failed/m.exec(readFileSync(logOf(reports, id), 'utf8'))
    return found ? { passed: Number(found[1]), failed: Number(found[2]) } : undefined
  },
}

const secondsSince = (start) => `${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`
