import { join } from 'node:path'
import { head, hostArray } from '../contestants/gradus/fit-task.ts'
import type { ArticleSpec, StepSpec, WorkloadSpec } from '../shared/spec.ts'
import { readShapes } from '../workloads/shapes.ts'
import { workloadsOf } from '../workloads/workloads.ts'

const isTrained = (spec: WorkloadSpec): spec is ArticleSpec | StepSpec => 'weights' in spec && spec.kind !== 'tiny'

/** The specs of all trained models, in the sizes of a shapes file. */
export function trainedSpecs(file: 'shapes.json' | 'src/testing/tiny.shapes.json'): (ArticleSpec | StepSpec)[] {
  const path = join(import.meta.dirname, '../..', file)
  return workloadsOf(readShapes(path)).flatMap(({ spec }) => (isTrained(spec) ? [spec] : []))
}

/** The first batches of a model's samples and targets. */
export function samplesOf({ x, y, batch }: ArticleSpec | StepSpec, batches: number) {
  return [head(hostArray(x), batches * batch), head(hostArray(y), batches * batch)] as const
}
