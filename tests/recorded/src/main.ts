import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { useBackend } from '@gradus/tensor'
import { backends } from '../../backends.ts'
import { dawn } from './dawn.ts'
import { type Outcome, verdictOf } from './outcome.ts'
import { lineOf, tableOf } from './report.ts'
import { readRecordedFiles, runCase } from './run-cases.ts'

const usage = `Compares Gradus with values recorded from Keras.

  npm run test:recorded -- [--backend NAME] [--only TEXT]

  --backend NAME  one of ${Object.keys(backends).join(', ')} (default cpu)
  --only TEXT     only cases whose name contains TEXT

GRADUS_RECORDED names the folder of recorded values (default ../shared/golden, from the root of the repository).`

/** Runs all cases, prints those that did not pass and a table, and returns the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== '--'),
    options: { backend: { type: 'string', default: 'cpu' }, only: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const backend = Object.hasOwn(backends, values.backend) ? backends[values.backend] : undefined
  if (!backend) {
    console.error(`There is no backend '${values.backend}'; known: ${Object.keys(backends).join(', ')}.`)
    return 2
  }
  await useBackend(await backend(values.backend === 'webgpu' ? { gpu: await dawn(root) } : {}))
  const folder = resolve(root, process.env['GRADUS_RECORDED'] || '../shared/golden')
  if (!existsSync(folder)) {
    console.error(`There are no recorded values at ${folder}. Name their folder in GRADUS_RECORDED.`)
    return 2
  }
  const outcomes: Outcome[] = []
  for (const file of readRecordedFiles(folder)) {
    for (const entry of file.cases) {
      if (values.only !== undefined && !entry.name.includes(values.only)) continue
      const outcome = await runCase(file, entry)
      outcomes.push(outcome)
      const line = lineOf(outcome)
      if (line) console.log(line)
    }
  }
  console.log(`\n${folder} on ${values.backend}\n`)
  console.log(tableOf(outcomes))
  return outcomes.some((outcome) => verdictOf(outcome) === 'failed') ? 1 : 0
}
