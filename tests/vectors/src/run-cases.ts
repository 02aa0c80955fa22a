import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Check } from './check.ts'
import { runners } from './kinds/table.ts'
import { type Outcome, Unsupported } from './outcome.ts'
import type { CaseBase } from './recorded.ts'

/** A file of recordings. */
export interface Recording {
  readonly format: number
  readonly group: string
  readonly cases: readonly CaseBase[]
}

/** The recordings of a folder: every `.json` file with cases in it, except the index. */
export function readRecordings(folder: string): Recording[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'index.json')
  return files.sort().map((name) => {
    const recording = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recording
    if (recording.format !== 1 || !Array.isArray(recording.cases)) {
      throw new Error(
        `${join(folder, name)} is no recording of format 1: expected { "format": 1, "group": ..., "cases": [...] }.`,
      )
    }
    return recording
  })
}

/** Runs one case of a recording on the current backend. */
export async function runCase({ group, cases }: Recording, entry: CaseBase): Promise<Outcome> {
  const check = new Check(entry)
  const { warn } = console
  console.warn = () => {} // what a case provokes on purpose
  try {
    const runner = Object.hasOwn(runners, entry.kind) ? runners[entry.kind] : undefined
    if (!runner) throw new Unsupported(`cases of kind ${entry.kind}`)
    await runner(entry as never, check, cases)
  } catch (error) {
    if (error instanceof Unsupported) check.skip(error.message)
    else
      check.deviate(
        'error',
        'no error',
        error instanceof Error ? oneLine(`${error.name}: ${error.message}`) : String(error),
      )
  } finally {
    console.warn = warn
  }
  return { name: entry.name, group, deviations: check.deviations, missing: check.missing }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
