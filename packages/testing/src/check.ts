/** One test, independent of a test runner. */
export interface Check {
  /** The name, such as `matmul: gradient`. */
  readonly name: string
  /** A name that several checks share, by which all of them can be skipped. */
  readonly group?: string
  /** The reason for skipping the check. */
  readonly skip?: string
  /** Throws, or rejects, where the check fails. */
  run(): void | Promise<void>
}

/** The result of a check. */
export interface Outcome {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** The error's message, or the reason for skipping. */
  readonly detail?: string
}

/**
 * Runs checks one after the other without a test runner. It does not stop at failures.
 *
 * @example
 * import { demand, runChecks } from '@gradus/testing/checks'
 * const checks = [{ name: 'sums', run: () => demand(1 + 1 === 3, '1 + 1 is 2.') }]
 * await runChecks(checks) // => [{ name: 'sums', status: 'failed', detail: '1 + 1 is 2.' }]
 */
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

/** The error that `body` throws. Throws an error that names `label` if `body` throws none. */
export function errorOf(label: string, body: () => unknown): Error {
  try {
    body()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
  throw new Error(`${label} should have thrown an error and did not.`)
}

/** The checks that compute in float64, skipped where the backend does not. */
export function inFloat64<C extends Check>(float64: boolean | undefined, checks: readonly C[]): C[] {
  return checks.map((check) => (float64 === false ? { ...check, skip: 'the backend has no float64' } : check))
}

/** The checks with the reasons of `skip` set. Throws for an empty reason and for a name that no check or group has. */
export function withSkips<C extends Check>(checks: readonly C[], skip: Readonly<Record<string, string>>): C[] {
  const names = new Set(checks.flatMap(({ name, group }) => [name, group]))
  for (const [name, reason] of Object.entries(skip)) {
    if (!names.has(name)) {
      throw new Error(`skip: there is no check called '${name}'. Remove the entry, or correct its name.`)
    }
    if (reason.trim() === '') {
      throw new Error(`skip: '${name}' is skipped without a reason. Write one; it appears in the report.`)
    }
  }
  return checks.map((check) => {
    const reason = skip[check.name] ?? (check.group === undefined ? undefined : skip[check.group])
    return reason === undefined ? check : { ...check, skip: reason }
  })
}
