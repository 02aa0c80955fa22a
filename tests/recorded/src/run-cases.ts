import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Check } from './check.ts'
import { runners } from './kinds/table.ts'
import { type Outcome, Unsupported } from './outcome.ts'
import type { CaseBase } from './recorded.ts'

/** A file of recorded values. */
export interface RecordedFile {
  readonly format: number
  readonly group: string
  readonly cases: readonly CaseBase[]
  /** The folder of the file. */
  readonly folder?: string
}

/** Reads every `.json` file of a folder, except the index, one by one. */
export function* readRecordedFiles(folder: string): Generator<RecordedFile> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'index.json')
  for (const name of files.sort()) {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedFile
    if (file.format !== 1 || !Array.isArray(file.cases)) {
      throw new Error(
        `${join(folder, name)} is not a file of recorded values of format 1: expected { "format": 1, "group": ..., "cases": [...] }.`,
      )
    }
    yield { ...file, folder }
  }
}

/** Runs one case of a file on the current backend. */
export async function runCase({ group, cases, folder }: RecordedFile, entry: CaseBase): Promise<Outcome> {
  const check = new Check(entry, folder)
  const { warn } = console
  console.warn = () => {} // cases provoke warnings on purpose
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
