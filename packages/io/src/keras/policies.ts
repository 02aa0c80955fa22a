import { isPlainObject } from '@gradus/core'

/** The policies here for those of Keras that have no counterpart: parameters are never in half precision, and bfloat16 is not known. */
const replacements: Readonly<Record<string, string>> = {
  float16: 'mixed_float16',
  bfloat16: 'float32',
  mixed_bfloat16: 'float32',
}

/** The policy here for one of Keras. */
export function policyFor(name: string): string {
  return Object.hasOwn(replacements, name) ? replacements[name]! : name
}

/** Says which policies of a model are replaced. */
export function warnOfPolicies(model: unknown): void {
  for (const name of policiesIn(model)) {
    if (policyFor(name) === name) continue
    console.warn(
      `Layers of the model have the dtype policy ${name}, which is not known here; they compute with ${policyFor(name)}, so results differ in the digits that half precision rounds.`,
    )
  }
}

/** The dtype policies of the layers of a saved model. */
export function policiesIn(model: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (!isPlainObject(value)) return
    const { class_name: className, config } = value
    if (className === 'InputLayer') return
    const policy = isPlainObject(config) ? (className === 'DTypePolicy' ? config['name'] : config['dtype']) : undefined
    if (typeof policy === 'string') found.add(policy)
    Object.values(value).forEach(visit)
  }
  visit(model)
  return found
}
