/** One thing that is tested: independent of any test runner. */
export interface Check {
  /** Such as `matmul: gradient`. */
  readonly name: string
  /** Why it is not run, where it is not. */
  readonly skip?: string
  /** Throws, or rejects, where the check fails. */
  run(): void | Promise<void>
}

/** What came of a check. */
export interface Outcome {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** The error's message, or the reason for skipping. */
  readonly detail?: string
}

/** Runs checks one after the other without a test runner; failures do not stop it. */
export async function runChecks(checks: readonly Check[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { name, skip, run } of checks) {
    if (skip !== undefined) {
      outcomes.push({ name, status: 'skipped', detail: skip })
      continue
    }
    try {
      await run()
      outcomes.push({ name, status: 'passed' })
    } catch (error) {
      outcomes.push({ name, status: 'failed', detail: error instanceof Error ? error.message : String(error) })
    }
  }
  return outcomes
}

/** Throws with `message` unless `condition` holds. */
export function demand(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new Error(typeof message === 'string' ? message : message())
}

/** The error that `body` throws; fails if it throws none. */
export function errorOf(what: string, body: () => unknown): Error {
  try {
    body()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
  throw new Error(`${what} should have thrown an error and did not.`)
}
