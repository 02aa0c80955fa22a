import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { useBackend } from '@gradus/tensor'
import { backends } from './backends.ts'
import { type Outcome, verdictOf } from './outcome.ts'
import { lineOf, tableOf } from './report.ts'
import { readRecordings, runCase } from './run-cases.ts'

const usage = `Compares Gradus with recorded Keras values.

  npm run test:vectors -- [--backend NAME] [--only TEXT]

  --backend NAME  one of ${Object.keys(backends).join(', ')} (default cpu)
  --only TEXT     only cases whose name contains TEXT

GRADUS_VECTORS names the folder of recordings (default ../shared/golden, from the root of the repository).`

/** Runs the recordings and prints what did not pass; the number of the exit code. */
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
  await useBackend(await backend(root))
  const folder = resolve(root, process.env['GRADUS_VECTORS'] || '../shared/golden')
  if (!existsSync(folder)) {
    console.error(`There are no recordings at ${folder}. Name their folder in GRADUS_VECTORS.`)
    return 2
  }
  const outcomes: Outcome[] = []
  for (const recording of readRecordings(folder)) {
    for (const entry of recording.cases) {
      if (values.only !== undefined && !entry.name.includes(values.only)) continue
      const outcome = await runCase(recording, entry)
      outcomes.push(outcome)
      const line = lineOf(outcome)
      if (line) console.log(line)
    }
  }
  console.log(`\n${folder} on ${values.backend}\n`)
  console.log(tableOf(outcomes))
  return outcomes.some((outcome) => verdictOf(outcome) === 'failed') ? 1 : 0
}
