import { cpu } from '@gradus/backend-cpu'
import { dtypes } from '@gradus/tensor'
import { opSamples } from '@gradus/tensor/samples'
import { type Check, withSkips } from '../check.ts'
import { contractChecks } from './contract-checks.ts'
import { halfChecks } from './half-checks.ts'
import { type OpCheck, type OpCheckSetting, opChecks } from './op-checks.ts'
import { type BackendCheckOptions, type BackendSource, defaultTolerances, resolver } from './options.ts'

/**
 * Everything a backend must do, as checks for any test runner: the interface itself, and for each op's samples the values
 * (against the reference), whole against inlined, compiled against eager, and first and second derivatives against finite
 * differences in float64. Without float64, derivatives are compared with those of the reference.
 *
 * Throws for a skip without a reason or for something that is not checked.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { backendChecks, runChecks } from '@gradus/testing/checks'
 * const checks = backendChecks(cpu(), { skip: { 'matmul: forward': 'to show how' } })
 * const [first] = await runChecks(checks.filter(({ name }) => name.startsWith('matmul')))
 * first // => { name: 'matmul: forward', status: 'skipped', detail: 'to show how' }
 */
export function backendChecks(backend: BackendSource, options: BackendCheckOptions = {}): Check[] {
  const setting = settingOf(backend, options)
  return withSkips(
    [...contractChecks(setting), ...halfChecks(setting), ...backendOpChecks(setting, options)],
    options.skip ?? {},
  )
}

/** The checks of the ops alone. */
export function backendOpChecks(setting: OpCheckSetting, { samples = opSamples }: BackendCheckOptions): OpCheck[] {
  return samples.flatMap((entry) => opChecks(entry, setting))
}

export function settingOf(backend: BackendSource, options: BackendCheckOptions): OpCheckSetting {
  return {
    backend: resolver(backend),
    reference: options.reference ?? cpu(),
    tolerance: { ...defaultTolerances, ...options.tolerance },
    dtypes: options.dtypes ?? dtypes,
  }
}
