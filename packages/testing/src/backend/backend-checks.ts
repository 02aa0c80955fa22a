import { cpu } from '@gradus/backend-cpu'
import { dtypes } from '@gradus/tensor'
import { opSamples } from '@gradus/tensor/samples'
import { type Check, withSkips } from '../check.ts'
import { contractChecks } from './contract-checks.ts'
import { halfChecks } from './half-checks.ts'
import { type OpCheck, type OpCheckSetup, opChecks } from './op-checks.ts'
import { type BackendCheckOptions, type BackendSource, defaultTolerances, resolver } from './options.ts'

/**
 * The requirements of a backend, as checks for any test runner: the interface itself, and for the samples of each op the values
 * against the reference, the whole op against its body, compiled against eager, and first and second derivatives against finite
 * differences in float64. Without float64, derivatives are compared with those of the reference.
 *
 * Throws if `skip` has no reason or names an unknown check.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { backendChecks, runChecks } from '@gradus/testing/checks'
 * const checks = backendChecks(cpu(), { skip: { 'matmul: forward': 'to show how' } })
 * const [first] = await runChecks(checks.filter(({ name }) => name.startsWith('matmul')))
 * first // => { name: 'matmul: forward', status: 'skipped', detail: 'to show how' }
 */
export function backendChecks(backend: BackendSource, options: BackendCheckOptions = {}): Check[] {
  const setup = setupOf(backend, options)
  return withSkips(
    [...contractChecks(setup), ...halfChecks(setup), ...backendOpChecks(setup, options)],
    options.skip ?? {},
  )
}

/** The checks of the ops, without those of the interface. */
export function backendOpChecks(setup: OpCheckSetup, { samples = opSamples }: BackendCheckOptions): OpCheck[] {
  return samples.flatMap((entry) => opChecks(entry, setup))
}

/** The backend and the options of its checks with their defaults. */
export function setupOf(backend: BackendSource, options: BackendCheckOptions): OpCheckSetup {
  return {
    backend: resolver(backend),
    reference: options.reference ?? cpu(),
    tolerance: { ...defaultTolerances, ...options.tolerance },
    dtypes: options.dtypes ?? dtypes,
  }
}
