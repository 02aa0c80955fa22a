import { tensor } from '@gradus/tensor'
import { build } from '../build.ts'
import type { Check } from '../check.ts'
import type { CaseBase, Keras } from '../recorded.ts'

interface ScheduleCase extends CaseBase {
  readonly schedule: Keras
  readonly steps: readonly number[]
  readonly values: readonly number[]
}

/** Compares a learning rate at several steps. */
export async function runSchedule(entry: ScheduleCase, check: Check): Promise<void> {
  const schedule = build('schedule', entry.schedule)
  const values: number[] = []
  for (const step of entry.steps) values.push((await schedule.at(tensor(step, { dtype: 'int32' })).data())[0]!)
  check.numbers('values', values, entry.values)
}
